package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.testing.MovableClock;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FullInvalidationTests {

    private final MovableClock clock = MovableClock.atNoon();
    private final FullInvalidation everything = new FullInvalidation(clock.steady());
    private final AtomicInteger times = new AtomicInteger();

    @Test
    void runWhenNothingIsDemandedThenNothingIsInvalidated() {
        run();

        assertThat(times).hasValue(0);
    }

    @Test
    void runWhenDemandedAgainWithinThePauseThenOnlyAfterThePause() {
        demand();
        assertThat(times).hasValue(1);
        for (int second = 1; second < 10; second++) {
            clock.advanceSeconds(1);
            demand();
        }
        assertThat(times).hasValue(1);

        clock.advanceSeconds(1);
        run();
        run();

        assertThat(times).hasValue(2);
    }

    private void demand() {
        everything.demand();
        run();
    }

    private void run() {
        everything.runIfDue(times::incrementAndGet);
    }
}
