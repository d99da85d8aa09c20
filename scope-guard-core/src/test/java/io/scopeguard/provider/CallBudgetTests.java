package io.scopeguard.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The order in which waiting calls get the budget. Time passes only while a call waits. */
class CallBudgetTests {

    private final AtomicLong time = new AtomicLong();

    @Test
    void takeWhenForegroundThenTheReserveIsAvailableAtOnce() {
        CallBudget budget = budget(2);

        budget.take(CallContext.BACKGROUND);
        budget.take(CallContext.FOREGROUND);
        assertThat(time).hasValue(0);
    }

    @Test
    void takeWhenBackgroundThenOneCallIsLeftForTheForeground() {
        CallBudget budget = budget(2);
        budget.take(CallContext.BACKGROUND);

        budget.take(CallContext.BACKGROUND);
        assertThat(time).hasValue(Duration.ofMillis(500).toNanos());
        budget.take(CallContext.FOREGROUND);
        assertThat(time).hasValue(Duration.ofMillis(500).toNanos());
    }

    @Test
    void takeWhenThereIsOneCallASecondThenNoneIsLeft() {
        CallBudget budget = budget(1);

        budget.take(CallContext.BACKGROUND);
        budget.take(CallContext.BACKGROUND);
        assertThat(time).hasValue(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void takeWhenItWouldTakeTooLongThenRefused() {
        Bucket slow = Bucket.builder()
                .addLimit(limit -> limit.capacity(2).refillGreedy(2, Duration.ofHours(1)))
                .withCustomTimePrecision(new VirtualTime())
                .build();
        CallBudget budget = CallBudget.of(slow, time::addAndGet);
        budget.take(CallContext.FOREGROUND);
        budget.take(CallContext.FOREGROUND);

        for (Priority priority : Priority.values()) {
            assertThatExceptionOfType(PermissionsUnavailableException.class)
                    .isThrownBy(() -> budget.take(() -> priority))
                    .extracting(PermissionsUnavailableException::reason)
                    .isEqualTo(Reason.BUDGET_EXHAUSTED);
        }
    }

    /** A request that may not wait for the share of individual reads joins the read. */
    @Test
    void takeWhenAnIndividualCallIsLiftedWhileItWaitsForItsShareThenItWaitsNoLonger() {
        CallBudget budget = CallBudget.perSecond(10, new VirtualTime(), time::addAndGet);
        for (int i = 0; i < 30; i++) {
            budget.take(CallContext.FOREGROUND);
        }
        for (int i = 0; i < 20; i++) {
            budget.take(() -> Priority.INDIVIDUAL);
        }
        assertThat(time).hasValue(0);

        budget.take(() -> time.get() == 0 ? Priority.INDIVIDUAL : Priority.FOREGROUND);

        assertThat(time.get())
                .isPositive()
                .isLessThanOrEqualTo(Duration.ofMillis(50).toNanos());
    }

    private CallBudget budget(int perSecond) {
        Bucket bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .withCustomTimePrecision(new VirtualTime())
                .build();
        return CallBudget.of(bucket, time::addAndGet);
    }

    private final class VirtualTime implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            return time.get();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
