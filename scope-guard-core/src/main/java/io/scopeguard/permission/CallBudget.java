package io.scopeguard.permission;

import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.TimeMeter;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import java.time.Duration;

/**
 * The one limit on all calls to a provider. Where calls are short, those come first that a request waits for; the others wait
 * longer. Thread-safe.
 */
public final class CallBudget {

    private static final Duration MAX_URGENT_WAIT = Duration.ofSeconds(2);
    private static final Duration MAX_PATIENT_WAIT = Duration.ofSeconds(30);

    /** What patient calls leave for those that somebody waits for. */
    private static final long RESERVE = 1;

    private final Bucket bucket;
    private final BlockingStrategy waiting;

    /**
     * A budget that is kept elsewhere: one that several processes share, for example.
     *
     * @param bucket a token a call
     */
    public CallBudget(Bucket bucket) {
        this(bucket, BlockingStrategy.PARKING);
    }

    CallBudget(Bucket bucket, BlockingStrategy waiting) {
        this.bucket = bucket;
        this.waiting = waiting;
    }

    /**
     * A budget of this process alone. As many calls may be made at once as otherwise in a second.
     *
     * @throws IllegalArgumentException if it is less than one
     */
    public static CallBudget perSecond(int calls) {
        return perSecond(calls, TimeMeter.SYSTEM_MILLISECONDS, BlockingStrategy.PARKING);
    }

    static CallBudget perSecond(int calls, TimeMeter time, BlockingStrategy waiting) {
        if (calls < 1) {
            throw new IllegalArgumentException("callsPerSecond is one or more, not " + calls);
        }
        Bucket bucket = Bucket.builder()
                .withCustomTimePrecision(time)
                .addLimit(limit -> limit.capacity(calls).refillGreedy(calls, Duration.ofSeconds(1)))
                .build();
        return new CallBudget(bucket, waiting);
    }

    /**
     * Waits until one more call may be made.
     *
     * @throws PermissionsUnavailableException if that would take too long
     */
    public void take(Urgency urgency) {
        try {
            if (!(urgency == Urgency.NOW ? takeFirst() : takeWhatIsLeft())) {
                throw new PermissionsUnavailableException(
                        Reason.BUDGET_EXHAUSTED, "The limit on calls to the provider leaves no room.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "Interrupted while calling the provider.");
        }
    }

    private boolean takeFirst() throws InterruptedException {
        return bucket.asBlocking().tryConsume(1, MAX_URGENT_WAIT, waiting);
    }

    /** Without a place in the line: who comes later and is urgent goes first. */
    private boolean takeWhatIsLeft() throws InterruptedException {
        long left = MAX_PATIENT_WAIT.toNanos();
        while (left > 0) {
            long wait = untilMoreThanTheReserve();
            if (wait == 0 && bucket.tryConsume(1)) {
                return true;
            }
            long pause = Math.max(wait, 1);
            waiting.park(pause);
            left -= pause;
        }
        return false;
    }

    private long untilMoreThanTheReserve() {
        EstimationProbe probe = bucket.estimateAbilityToConsume(1 + RESERVE);
        return probe.getNanosToWaitForRefill() == Long.MAX_VALUE
                // A bucket that small has no room for a reserve.
                ? bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill()
                : probe.getNanosToWaitForRefill();
    }
}
