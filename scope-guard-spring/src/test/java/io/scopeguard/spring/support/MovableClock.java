package io.scopeguard.spring.support;

import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until moved, and elapsed time that moves with it. */
public final class MovableClock extends Clock {

    private final AtomicReference<Instant> now;
    private final AtomicLong nanos = new AtomicLong();

    public MovableClock() {
        this(Instant.parse("2026-11-21T08:00:00Z"));
    }

    public MovableClock(Instant now) {
        this.now = new AtomicReference<>(now);
    }

    public void advance(Duration duration) {
        now.updateAndGet(instant -> instant.plus(duration));
        nanos.addAndGet(Math.max(0, duration.toNanos()));
    }

    /** Elapsed time. */
    public SteadyClock steady() {
        return new SteadyClock(this, nanos::get);
    }

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
        return now.get();
    }
}
