package io.scopeguard.provider;

import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.EstimationProbe;
import io.github.bucket4j.TimeMeter;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limit on all calls to a provider. If the limit is reached, foreground calls go first, individual calls get a share, and
 * background calls get the rest. Thread-safe.
 *
 * @since 0.1
 */
public final class CallBudget {

    private static final Duration MAX_FOREGROUND_WAIT = Duration.ofSeconds(2);
    private static final Duration MAX_BACKGROUND_WAIT = Duration.ofSeconds(30);

    /** How long a call waits before it reads its priority again. */
    private static final long LOOK_AGAIN = Duration.ofMillis(50).toNanos();

    /** The maximum saving of unused calls, in seconds' worth of calls. */
    private static final int BURST_SECONDS = 6;

    /** The divisor of the rate that determines the share of individual calls. */
    private static final int INDIVIDUAL_SHARE = 10;

    /** The maximum number of calls that one individual read may make at once. */
    private static final long INDIVIDUAL_BURST = 20;

    /** The number of calls that background reads leave to other calls. */
    private static final long RESERVE = 1;

    private final Tokens tokens;
    private final @Nullable Bucket individual;
    private final long ample;
    private final BlockingStrategy waiting;

    /**
     * A budget that is stored elsewhere, for example one that several processes share. Individual calls count as foreground calls.
     *
     * @param bucket contains a token for each call
     */
    public CallBudget(Bucket bucket) {
        this(Tokens.in(bucket), null, Long.MAX_VALUE, BlockingStrategy.PARKING);
    }

    private CallBudget(Tokens tokens, @Nullable Bucket individual, long ample, BlockingStrategy waiting) {
        this.tokens = tokens;
        this.individual = individual;
        this.ample = ample;
        this.waiting = waiting;
    }

    /**
     * A budget for this process alone. After a quiet time, several seconds' worth of calls may be made at once.
     *
     * @throws IllegalArgumentException if {@code calls} is less than one
     */
    public static CallBudget perSecond(int calls) {
        return perSecond(calls, TimeMeter.SYSTEM_NANOTIME, BlockingStrategy.PARKING);
    }

    /**
     * As {@link #perSecond(int)}, with another clock.
     *
     * @param waiting waits by that clock
     */
    public static CallBudget perSecond(int calls, TimeMeter time, BlockingStrategy waiting) {
        if (calls < 1) {
            throw new IllegalArgumentException("callsPerSecond must be at least 1, but is " + calls);
        }
        Bucket bucket = bucket((long) calls * BURST_SECONDS, calls, Duration.ofSeconds(1), time);
        return perSecond(calls, Tokens.in(bucket), time, waiting);
    }

    /**
     * A budget whose calls are counted elsewhere, for several processes together. The share of individual calls is counted here.
     *
     * @param calls the number of calls per second that all processes may make together
     * @param tokens counts the calls
     * @throws IllegalArgumentException if {@code calls} is less than one
     */
    public static CallBudget shared(int calls, Tokens tokens) {
        return perSecond(calls, tokens, TimeMeter.SYSTEM_NANOTIME, BlockingStrategy.PARKING);
    }

    private static CallBudget perSecond(int calls, Tokens tokens, TimeMeter time, BlockingStrategy waiting) {
        long burst = (long) calls * BURST_SECONDS;
        long few = Math.min(burst, Math.max(INDIVIDUAL_BURST, calls));
        Bucket individual = bucket(few, calls, Duration.ofSeconds(INDIVIDUAL_SHARE), time);
        return new CallBudget(tokens, individual, burst / 2, waiting);
    }

    /** The number of calls that may be made at once after a quiet time, for a limit in calls per second. */
    public static long burst(int calls) {
        return (long) calls * BURST_SECONDS;
    }

    /** Counts calls. Thread-safe. */
    public interface Tokens {

        /** Counts calls in one bucket. */
        static Tokens in(Bucket bucket) {
            return new Tokens() {
                @Override
                public <T> T use(Operation<T> operation) throws InterruptedException {
                    return operation.on(bucket);
                }
            };
        }

        /** Performs an operation on the bucket that counts at this moment. */
        <T> T use(Operation<T> operation) throws InterruptedException;
    }

    /** An operation on a bucket. */
    @FunctionalInterface
    public interface Operation<T> {

        T on(Bucket bucket) throws InterruptedException;
    }

    /**
     * A budget for an endpoint with its own limit. Individual calls count as foreground calls.
     *
     * @param calls the number of calls per minute
     * @param atOnce the number of calls that may be made at once after a quiet time
     * @throws IllegalArgumentException if one of them is less than one
     */
    public static CallBudget perMinute(int calls, int atOnce) {
        return new CallBudget(Bucket.builder()
                .addLimit(limit -> limit.capacity(atOnce).refillGreedy(calls, Duration.ofMinutes(1)))
                .build());
    }

    static CallBudget of(Bucket bucket, BlockingStrategy waiting) {
        return new CallBudget(Tokens.in(bucket), null, Long.MAX_VALUE, waiting);
    }

    private static Bucket bucket(long burst, int calls, Duration period, TimeMeter time) {
        return Bucket.builder()
                .withCustomTimePrecision(time)
                .addLimit(limit -> limit.capacity(burst).refillGreedy(calls, period))
                .build();
    }

    /**
     * Waits until one more call may be made.
     *
     * @throws PermissionsUnavailableException if the wait would be too long
     */
    public void take(CallContext context) {
        try {
            if (!waitFor(context)) {
                throw new PermissionsUnavailableException(
                        Reason.BUDGET_EXHAUSTED, "The limit on calls to the provider leaves no room.");
            }
            context.begins();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "Interrupted while calling the provider.");
        }
    }

    /**
     * A background call does not queue, so foreground calls that arrive later go first. A call that waits for a share does not
     * queue either, because its priority may rise.
     */
    private boolean waitFor(CallContext context) throws InterruptedException {
        long left = MAX_BACKGROUND_WAIT.toNanos();
        long leftForShare = MAX_FOREGROUND_WAIT.toNanos();
        while (left > 0) {
            Priority priority = context.priority();
            if (priority == Priority.FOREGROUND || (priority == Priority.INDIVIDUAL && takeShare())) {
                return takeOne();
            }
            if (priority == Priority.INDIVIDUAL) {
                long wait = untilShare();
                if (wait > leftForShare) {
                    return false;
                }
                leftForShare -= pause(wait);
                continue;
            }
            long wait = untilMoreThanTheReserve();
            if (wait == 0 && tokens.use(bucket -> bucket.tryConsume(1))) {
                return true;
            }
            left -= pause(wait);
        }
        return false;
    }

    /** Pauses before the priority is read again. Returns for how long. */
    private long pause(long wait) throws InterruptedException {
        long pause = Math.min(Math.max(wait, 1), LOOK_AGAIN);
        waiting.park(pause);
        return pause;
    }

    private boolean takeOne() throws InterruptedException {
        return tokens.use(bucket -> bucket.asBlocking().tryConsume(1, MAX_FOREGROUND_WAIT, waiting));
    }

    private boolean takeShare() throws InterruptedException {
        return individual == null || tokens.use(Bucket::getAvailableTokens) > ample || individual.tryConsume(1);
    }

    private long untilShare() {
        return individual == null ? 0 : individual.estimateAbilityToConsume(1).getNanosToWaitForRefill();
    }

    private long untilMoreThanTheReserve() throws InterruptedException {
        EstimationProbe probe = tokens.use(bucket -> bucket.estimateAbilityToConsume(1 + RESERVE));
        return probe.getNanosToWaitForRefill() == Long.MAX_VALUE
                // A bucket of this size is too small for a reserve.
                ? tokens.use(bucket -> bucket.estimateAbilityToConsume(1)).getNanosToWaitForRefill()
                : probe.getNanosToWaitForRefill();
    }
}
