package io.scopeguard.bench.soak;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** When the provider was in trouble. Thread-safe. */
final class Troubles {

    /** How long the circuit breaker, pauses and retries may take to notice the end of a trouble. */
    private static final long RECOVERY = 10_000_000_000L;

    private final List<Trouble> all = new CopyOnWriteArrayList<>();

    /** Notes that a trouble begins now; it lasts until it is ended. */
    Trouble begin(long nanos) {
        Trouble trouble = new Trouble(nanos);
        all.add(trouble);
        return trouble;
    }

    /** Whether there was none at any moment of the period. */
    boolean isHealthyThroughout(long from, long to) {
        return all.stream().noneMatch(trouble -> trouble.from <= to && trouble.to >= from);
    }

    static final class Trouble {

        private final long from;
        private volatile long to = Long.MAX_VALUE;

        private Trouble(long from) {
            this.from = from;
        }

        void end(long nanos) {
            to = nanos + RECOVERY;
        }
    }
}
