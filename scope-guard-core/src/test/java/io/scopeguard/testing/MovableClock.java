package io.scopeguard.testing;

import com.github.benmanes.caffeine.cache.Ticker;
import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A wall clock and a monotonic clock that stand still until they are moved. Moving forwards moves both; moving backwards, or
 * {@link #step}, moves the wall clock alone, like an administrator or NTP.
 */
public final class MovableClock extends Clock {

    /** The start of tests for which the time does not matter. */
    public static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private final AtomicReference<Time> now;

    /** The times of both clocks. Other threads never see one moved without the other. */
    private record Time(Instant wall, long nanos) {

        Time plus(Duration byWall, long byNanos) {
            return new Time(wall.plus(byWall), nanos + byNanos);
        }
    }

    public MovableClock(Instant start) {
        now = new AtomicReference<>(new Time(start, 0));
    }

    /** A clock that starts at noon. */
    public static MovableClock atNoon() {
        return new MovableClock(NOON);
    }

    public void advance(Duration by) {
        now.updateAndGet(time -> time.plus(by, Math.max(0, by.toNanos())));
    }

    /** Sets the wall clock forwards or backwards; no time passes. */
    public void step(Duration by) {
        now.updateAndGet(time -> time.plus(by, 0));
    }

    /** Moves both clocks forward. */
    public SteadyClock steady() {
        return new SteadyClock(this, ticker());
    }

    /** The monotonic clock. */
    public Ticker ticker() {
        return () -> now.get().nanos();
    }

    public void advanceSeconds(long seconds) {
        advance(Duration.ofSeconds(seconds));
    }

    public void set(Instant time) {
        advance(Duration.between(instant(), time));
    }

    @Override
    public Instant instant() {
        return now.get().wall();
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
