package io.scopeguard.bench.soak;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The periods in which the provider had a fault. Thread-safe. */
final class Troubles {

    /** How long the circuit breaker, pauses and retries may take to notice the end of a fault. */
    private static final long RECOVERY = 10_000_000_000L;

    private final List<Trouble> all = new CopyOnWriteArrayList<>();

    /** Records that a fault begins now. It lasts until it is ended. */
    Trouble begin(long nanos) {
        Trouble trouble = new Trouble(nanos);
        all.add(trouble);
        return trouble;
    }

    /** Whether there was no fault at any moment of the period. */
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
