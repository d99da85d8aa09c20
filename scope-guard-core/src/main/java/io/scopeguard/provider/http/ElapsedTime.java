package io.scopeguard.provider.http;

import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * A steady clock for libraries that measure waits with a {@link Clock}. Its instants are meaningless on their own; only their
 * differences count.
 */
final class ElapsedTime extends Clock {

    private final SteadyClock clock;

    ElapsedTime(SteadyClock clock) {
        this.clock = clock;
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(clock.nanos());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
