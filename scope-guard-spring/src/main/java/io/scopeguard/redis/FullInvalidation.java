package io.scopeguard.redis;

import io.scopeguard.time.SteadyClock;
import java.time.Duration;

/**
 * Invalidates everything when changes may have been missed, at most every ten seconds, so that a broken stream does not cost more
 * calls than that. In between, the invalidation is due and waits for a heartbeat after the pause. Thread-safe.
 */
final class FullInvalidation {

    static final Duration PAUSE = Duration.ofSeconds(10);

    private final SteadyClock clock;
    private boolean isDue;
    private boolean isRepeated;
    private long last;

    FullInvalidation(SteadyClock clock) {
        this.clock = clock;
    }

    /** Demands it: now, or after the pause. */
    synchronized void demand() {
        isDue = true;
    }

    /** Invalidates everything if that is due and the pause is over. */
    void runIfDue(Runnable invalidate) {
        if (begins()) {
            try {
                invalidate.run();
            } catch (RuntimeException | Error e) {
                demand();
                throw e;
            }
        }
    }

    private synchronized boolean begins() {
        long now = clock.nanos();
        if (!isDue || (isRepeated && now - last < PAUSE.toNanos())) {
            return false;
        }
        isDue = false;
        isRepeated = true;
        last = now;
        return true;
    }
}
