package io.scopeguard.time;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SteadyClockTests {

    private final MovableClock wall = MovableClock.atNoon();
    private final AtomicLong ticker = new AtomicLong(-7);
    private final SteadyClock clock = new SteadyClock(wall, ticker::get);

    @Test
    void nanosWhenBothClocksMoveThenElapsed() {
        pass(Duration.ofMinutes(3));

        assertThat(clock.nanos()).isEqualTo(seconds(180));
        assertThat(clock.instant()).isEqualTo(MovableClock.NOON.plusSeconds(180));
        assertThat(clock.freezes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {-86_400, -3_600, -6, -1, 1})
    void nanosWhenTheWallClockStepsBackOrUpToASecondForwardThenUnchanged(int step) {
        pass(Duration.ofSeconds(60));
        wall.step(Duration.ofSeconds(step));

        assertThat(clock.nanos()).isEqualTo(seconds(60));
        pass(Duration.ofSeconds(1));
        assertThat(clock.nanos()).isEqualTo(seconds(61));
        assertThat(clock.freezes()).isZero();
    }

    @Test
    void nanosWhenFrozenThenTheLostTimeCounts() {
        pass(Duration.ofSeconds(60));
        clock.nanos();
        wall.advance(Duration.ofMinutes(10));

        assertThat(clock.nanos()).isEqualTo(seconds(660));
        assertThat(clock.nanos()).isEqualTo(seconds(660));
        assertThat(clock.freezes()).isEqualTo(1);
        pass(Duration.ofSeconds(1));
        assertThat(clock.nanos()).isEqualTo(seconds(661));
    }

    /** A function that is invoked every few seconds, and frozen in between. */
    @ParameterizedTest
    @ValueSource(ints = {400, 900, 2_000, 4_000, 5_000})
    void nanosWhenFrozenOftenForAShortTimeThenTheLostTimeCounts(int millis) {
        for (int i = 0; i < 200; i++) {
            wall.step(Duration.ofMillis(millis));
            pass(Duration.ofMillis(10));
            clock.nanos();
        }

        long passed = TimeUnit.MILLISECONDS.toNanos(200L * (millis + 10));
        assertThat(clock.nanos()).isBetween(passed - seconds(1), passed);
        assertThat(clock.freezes()).isZero();
    }

    /** The machine may pause between reading the ticker and reading the wall clock. */
    @ParameterizedTest
    @ValueSource(ints = {500, 1_000, 1_500, 4_000, 31_000})
    void nanosWhenTheThreadPausesBetweenTheReadingsThenNoGain(int millis) {
        AtomicBoolean pauses = new AtomicBoolean();
        InstantSource pausing = () -> {
            if (pauses.getAndSet(false)) {
                pass(Duration.ofMillis(millis));
            }
            return wall.instant();
        };
        SteadyClock steady = new SteadyClock(pausing.withZone(ZoneOffset.UTC), ticker::get);
        for (int i = 1; i <= 20; i++) {
            pauses.set(true);
            steady.nanos();

            assertThat(steady.nanos()).isEqualTo(TimeUnit.MILLISECONDS.toNanos((long) i * millis));
        }
        assertThat(steady.freezes()).isZero();
    }

    @Test
    void nanosWhenTheWallClockStepsBackAndForthThenNeverDecreases() {
        wall.set(wall.instant().minusSeconds(3_600));
        assertThat(clock.nanos()).isZero();
        wall.set(wall.instant().plusSeconds(3_600));

        assertThat(clock.nanos()).isEqualTo(seconds(3_600));
    }

    @Test
    void nanosWhenTheWallClockDriftsSlowlyThenAgesFollowIt() {
        for (int i = 0; i < 100; i++) {
            pass(Duration.ofSeconds(10));
            wall.advance(Duration.ofMillis(500));
            clock.nanos();
        }

        assertThat(clock.nanos()).isBetween(seconds(1_049), seconds(1_050));
        assertThat(clock.freezes()).isZero();
    }

    @Test
    void sinceWhenTheReadingLiesAheadThenZero() {
        assertThat(clock.since(seconds(5))).isZero();
        pass(Duration.ofSeconds(7));
        assertThat(clock.since(seconds(5))).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void systemThenNeverRunsBackwardsAndItsInstantIsRecent() {
        SteadyClock system = SteadyClock.system();
        long before = system.nanos();

        assertThat(system.nanos()).isGreaterThanOrEqualTo(before);
        assertThat(system.instant()).isAfter(Instant.parse("2026-01-01T00:00:00Z"));
    }

    private void pass(Duration time) {
        wall.advance(time);
        ticker.addAndGet(time.toNanos());
    }

    private static long seconds(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
