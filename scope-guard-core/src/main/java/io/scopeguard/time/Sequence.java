package io.scopeguard.time;

import io.scopeguard.annotation.Internal;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Unique, increasing times: when reads began and when changes were reported, in nanoseconds of the steady clock. One number is
 * both the age of an event and its place in the order of events. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class Sequence {

    private final SteadyClock clock;
    private final AtomicLong last = new AtomicLong(Long.MIN_VALUE);

    public Sequence(SteadyClock clock) {
        this.clock = clock;
    }

    /** The present time, or a slightly later one if that was returned before. */
    public long next() {
        long now = clock.nanos();
        return last.updateAndGet(before -> Math.max(before + 1, now));
    }

    /** The present time. */
    public long now() {
        return clock.nanos();
    }
}
