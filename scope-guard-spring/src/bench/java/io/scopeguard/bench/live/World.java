package io.scopeguard.bench.live;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The real time, and the time of the process: its wall clock can be set, and a frozen process misses time. Thread-safe.
 */
public final class World {

    private final Instant begin = Instant.now();
    private final long beginNanos = System.nanoTime();
    private volatile long frozen;
    private volatile long missedByTicker;
    private volatile Duration step = Duration.ZERO;

    /** The real time, in nanoseconds since the creation of this object. */
    public long nanos() {
        return System.nanoTime() - beginNanos + frozen;
    }

    /** The real time on the provider's clock. */
    public Instant instant() {
        return begin.plusNanos(nanos());
    }

    /** Sets the process's wall clock forward or back. */
    public void step(Duration by) {
        step = step.plus(by);
    }

    /**
     * Skips time.
     *
     * @param tickerStops whether the process's monotonic clock stands still meanwhile, as in a suspended virtual machine
     */
    public void freeze(Duration time, boolean tickerStops) {
        if (tickerStops) {
            missedByTicker += time.toNanos();
        }
        frozen += time.toNanos();
    }

    /** The process's wall clock. */
    public Clock clock() {
        return new WallClock();
    }

    /** The process's monotonic clock. */
    public Ticker ticker() {
        return () -> nanos() - missedByTicker;
    }

    private final class WallClock extends Clock {

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return World.this.instant().plus(step);
        }
    }
}
