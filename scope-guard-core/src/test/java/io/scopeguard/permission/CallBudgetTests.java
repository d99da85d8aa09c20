package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who gets the next call, in time that passes only while somebody waits. */
class CallBudgetTests {

    private final AtomicLong time = new AtomicLong();

    @Test
    void takeWhenUrgentThenWhatIsLeftForItIsThereAtOnce() {
        CallBudget budget = budget(2);

        budget.take(Urgency.AHEAD);
        budget.take(Urgency.NOW);
        assertThat(time).hasValue(0);
    }

    @Test
    void takeWhenNobodyWaitsThenOneCallIsLeftForWhoDoes() {
        CallBudget budget = budget(2);
        budget.take(Urgency.AHEAD);

        budget.take(Urgency.AHEAD);
        assertThat(time).hasValue(Duration.ofMillis(500).toNanos());
        budget.take(Urgency.NOW);
        assertThat(time).hasValue(Duration.ofMillis(500).toNanos());
    }

    @Test
    void takeWhenThereIsOneCallASecondThenNoneIsLeft() {
        CallBudget budget = budget(1);

        budget.take(Urgency.AHEAD);
        budget.take(Urgency.AHEAD);
        assertThat(time).hasValue(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void takeWhenItWouldTakeTooLongThenRefused() {
        Bucket slow = Bucket.builder()
                .addLimit(limit -> limit.capacity(2).refillGreedy(2, Duration.ofHours(1)))
                .withCustomTimePrecision(new VirtualTime())
                .build();
        CallBudget budget = new CallBudget(slow, time::addAndGet);
        budget.take(Urgency.NOW);
        budget.take(Urgency.NOW);

        for (Urgency urgency : Urgency.values()) {
            assertThatExceptionOfType(PermissionsUnavailableException.class)
                    .isThrownBy(() -> budget.take(urgency))
                    .extracting(PermissionsUnavailableException::reason)
                    .isEqualTo(Reason.BUDGET_EXHAUSTED);
        }
    }

    private CallBudget budget(int perSecond) {
        Bucket bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(perSecond).refillGreedy(perSecond, Duration.ofSeconds(1)))
                .withCustomTimePrecision(new VirtualTime())
                .build();
        return new CallBudget(bucket, time::addAndGet);
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
