package io.scopeguard.provider.http;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.scopeguard.provider.CircuitState;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Retry and circuit breaker for calls to a provider. A call that broke off is repeated once. After many failed calls in a row, no
 * calls are made for a while. Thread-safe.
 */
final class Resilience {

    private static final int CALLS_JUDGED = 20;
    private static final Duration LEFT_ALONE = Duration.ofSeconds(1);
    private static final Duration BEFORE_RETRY = Duration.ofMillis(50);
    private static final Duration TRIAL_POLL = Duration.ofMillis(5);
    private static final double JITTER = 0.5;

    /** Failures of the provider or the network. A 4xx response does not count as a failure. */
    private static final Set<Reason> TROUBLE = Set.of(Reason.UNREACHABLE, Reason.TIMEOUT, Reason.SERVER_ERROR);

    /** Failures because of our own limit or the provider's limit, which say nothing about the provider's health. */
    private static final Set<Reason> LIMITED = Set.of(Reason.BUDGET_EXHAUSTED, Reason.RATE_LIMITED);

    private final CircuitBreaker breaker;
    private final String provider;
    private final Duration longestTrial;
    private final Retry retry = Retry.of(
            "provider",
            RetryConfig.custom()
                    .maxAttempts(2)
                    .intervalFunction(IntervalFunction.ofRandomized(BEFORE_RETRY, JITTER))
                    .retryOnException(failure -> isOne(failure, Set.of(Reason.UNREACHABLE)))
                    .build());

    /**
     * @param provider names the provider in messages and logs
     * @param longestTrial how long a call waits for the trial call that tests whether the provider answers again; the trial call
     *     has its own time limit
     */
    Resilience(String provider, SteadyClock clock, Duration longestTrial) {
        this.provider = provider;
        this.longestTrial = longestTrial;
        breaker = CircuitBreaker.of(
                provider,
                CircuitBreakerConfig.custom()
                        .clock(new ElapsedTime(clock))
                        .slidingWindow(
                                CALLS_JUDGED,
                                CALLS_JUDGED,
                                SlidingWindowType.COUNT_BASED,
                                CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
                        .waitDurationInOpenState(LEFT_ALONE)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .recordException(failure -> isOne(failure, TROUBLE))
                        .ignoreException(failure -> isOne(failure, LIMITED))
                        .writableStackTraceEnabled(false)
                        .build());
        OutageLog outages = new OutageLog(
                "Calls to " + provider + " are refused until it answers again",
                provider + " answers again: calls are made as before",
                clock);
        breaker.getEventPublisher()
                .onStateTransition(event -> log(outages, event.getStateTransition()))
                .onSuccess(event -> outages.succeeded());
    }

    CircuitState circuit() {
        return switch (breaker.getState()) {
            case OPEN, FORCED_OPEN -> CircuitState.OPEN;
            case HALF_OPEN -> CircuitState.HALF_OPEN;
            case CLOSED, DISABLED, METRICS_ONLY -> CircuitState.CLOSED;
        };
    }

    /**
     * Makes a call.
     *
     * @throws PermissionsUnavailableException if the call throws it, or the circuit breaker is open
     */
    <T> T call(Supplier<T> call) {
        return retry.executeSupplier(() -> permitted(call));
    }

    /** While one call tests whether the provider answers again, other calls wait for the result. */
    private <T> T permitted(Supplier<T> call) {
        long start = System.nanoTime();
        while (true) {
            try {
                return judged(call);
            } catch (CallNotPermittedException e) {
                boolean isTried = breaker.getState() != CircuitBreaker.State.OPEN;
                if (!isTried || System.nanoTime() - start > longestTrial.toNanos() || !passTime()) {
                    throw new PermissionsUnavailableException(
                            Reason.UNREACHABLE,
                            provider + " has failed too often: no calls are made to it for a while.");
                }
            }
        }
    }

    /** An error of the JVM says nothing about the provider. The circuit breaker ignores it, so the permission must be returned. */
    private <T> T judged(Supplier<T> call) {
        try {
            return breaker.executeSupplier(call);
        } catch (Error e) {
            breaker.releasePermission();
            throw e;
        }
    }

    private static boolean passTime() {
        LockSupport.parkNanos(TRIAL_POLL.toNanos());
        return !Thread.currentThread().isInterrupted();
    }

    /** Logs that the circuit breaker opens. A trial call that fails opens it again, and prolongs the outage. */
    private static void log(OutageLog outages, StateTransition transition) {
        if (transition.getToState() == CircuitBreaker.State.OPEN) {
            outages.failed(CircuitState.OPEN, "half of the last " + CALLS_JUDGED + " calls failed");
        }
    }

    private static boolean isOne(Throwable failure, Set<Reason> reasons) {
        return failure instanceof PermissionsUnavailableException unavailable && reasons.contains(unavailable.reason());
    }
}
