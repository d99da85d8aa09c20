package io.scopeguard.provider.http;

import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.CircuitState;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.time.SteadyClock;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes all calls to one provider, with one call budget, and with limits on the time and size of each call. Redirects are not
 * followed, and no failure is mistaken for an answer. Thread-safe.
 */
public final class HttpCalls {

    private static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);
    private static final Duration MAX_PAUSE = Duration.ofMinutes(1);
    private static final int MAX_BYTES = 8 * 1024 * 1024;

    private final String provider;
    private final BoundedHttp http;
    private final Duration timeout;
    private final CallBudget budget;
    private final CallListener listener;
    private final Resilience resilience;
    private final SteadyClock clock;
    private final ProviderClock providerClock;

    /** The requested pause that ends last. A step of the wall clock does not extend it. */
    private final AtomicReference<Pause> pause = new AtomicReference<>(Pause.NONE);

    /**
     * @param provider names the provider in messages, such as {@code Logto}
     * @param timeout the limit on the whole time of each call
     * @param providerClock learns from the dates of all answers
     */
    public HttpCalls(
            String provider,
            CallBudget budget,
            Duration timeout,
            CallListener listener,
            SteadyClock clock,
            ProviderClock providerClock) {
        this.provider = provider;
        this.http = new BoundedHttp(timeout, MAX_BYTES, clock);
        this.timeout = timeout;
        this.clock = clock;
        this.providerClock = providerClock;
        this.budget = budget;
        this.listener = listener;
        this.resilience = new Resilience(provider, clock, timeout.multipliedBy(2));
    }

    /**
     * Sends a request, waits for the whole response and reads it.
     *
     * @param operation names the call in metrics
     * @param reader reads the response; returns an empty result if the requested object does not exist; makes no calls itself
     * @throws SettingRefusedException if the reader finds that the provider refuses the settings
     * @throws PermissionsUnavailableException if there is no usable response
     */
    public <T> Optional<T> send(
            String operation,
            HttpRequest.Builder request,
            CallContext context,
            Function<ReceivedResponse, Optional<T>> reader) {
        return resilience.call(() -> sendOnce(operation, request, context, reader));
    }

    /**
     * Learns the provider's time from an answer that has no {@code Date}.
     *
     * @param time at which the provider made the answer, in whole seconds
     * @param sent when the request was sent at the earliest, in nanoseconds of the steady clock
     */
    void learn(Instant time, long sent) {
        providerClock.answered(time, sent, clock.nanos());
    }

    /** The name of the provider in messages. */
    String provider() {
        return provider;
    }

    /** The state of the circuit breaker. It changes only when a call is attempted. */
    public CircuitState circuit() {
        return resilience.circuit();
    }

    private <T> Optional<T> sendOnce(
            String operation,
            HttpRequest.Builder request,
            CallContext context,
            Function<ReceivedResponse, Optional<T>> reader) {
        // Any other exception of the reader means that the response is malformed.
        String outcome = nameOf(Reason.MALFORMED);
        long start = System.nanoTime();
        try {
            checkPause();
            waitForRoom(context);
            // Another call's answer may have requested a pause meanwhile.
            checkPause();
            start = System.nanoTime();
            Optional<T> answer = reader.apply(exchange(request));
            outcome = answer.isPresent() ? "ok" : "not_found";
            return answer;
        } catch (SettingRefusedException e) {
            outcome = nameOf(Reason.REFUSED);
            throw e;
        } catch (PermissionsUnavailableException e) {
            outcome = nameOf(e.reason());
            throw e;
        } finally {
            listener.called(operation, outcome, since(start));
        }
    }

    private void waitForRoom(CallContext context) {
        long start = System.nanoTime();
        try {
            budget.take(context);
        } finally {
            listener.waited(context.priority(), since(start));
        }
    }

    private ReceivedResponse exchange(HttpRequest.Builder request) {
        long sent = clock.nanos();
        ReceivedResponse response = await(http.send(request));
        response.headers().firstValue("Date").ifPresent(date -> providerClock.answered(date, sent, clock.nanos()));
        return usable(response);
    }

    private ReceivedResponse await(CompletableFuture<ReceivedResponse> exchange) {
        try {
            return exchange.get();
        } catch (ExecutionException e) {
            throw unavailable(e.getCause());
        } catch (InterruptedException e) {
            exchange.cancel(true);
            throw interrupted();
        }
    }

    private PermissionsUnavailableException unavailable(@Nullable Throwable cause) {
        if (cause instanceof HttpTimeoutException) {
            return new PermissionsUnavailableException(Reason.TIMEOUT, provider + " took longer than " + timeout + ".");
        }
        if (cause instanceof OversizedBodyException) {
            return new PermissionsUnavailableException(Reason.MALFORMED, provider + "'s answer is too long.");
        }
        String what = cause instanceof IOException ? cause.getClass().getSimpleName() : "an unexpected failure";
        return new PermissionsUnavailableException(Reason.UNREACHABLE, provider + " cannot be reached: " + what + ".");
    }

    private PermissionsUnavailableException interrupted() {
        Thread.currentThread().interrupt();
        return new PermissionsUnavailableException(Reason.TIMEOUT, "Interrupted while calling " + provider + ".");
    }

    private void checkPause() {
        if (pause.get().lasts(clock.nanos())) {
            throw new PermissionsUnavailableException(Reason.RATE_LIMITED, provider + " asked for a pause.");
        }
    }

    /** Several calls may be in flight, and their answers may request different pauses. */
    private void pause(Duration wanted) {
        Duration bounded = wanted.compareTo(MAX_PAUSE) < 0 ? wanted : MAX_PAUSE;
        Pause requested = new Pause(clock.nanos(), Math.max(bounded.toNanos(), 0));
        pause.accumulateAndGet(requested, Pause::later);
    }

    private Optional<Duration> requestedPause(ReceivedResponse response) {
        return RequestedPause.of(response.statusCode(), response.headers(), clock.instant());
    }

    private ReceivedResponse usable(ReceivedResponse response) {
        int status = response.statusCode();
        if (status == 429) {
            // If the requested time has just passed, there is still a minimum pause.
            pause(requestedPause(response)
                    .filter(asked -> asked.compareTo(DEFAULT_PAUSE) > 0)
                    .orElse(DEFAULT_PAUSE));
            throw new PermissionsUnavailableException(Reason.RATE_LIMITED, provider + " asks for fewer calls.");
        }
        if (status >= 500) {
            requestedPause(response).ifPresent(this::pause);
            throw new PermissionsUnavailableException(Reason.SERVER_ERROR, provider + " answered " + status + ".");
        }
        if (status != 200 && status < 400) {
            throw new PermissionsUnavailableException(Reason.MALFORMED, provider + " answered " + status + ".");
        }
        return response;
    }

    private static String nameOf(Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** A period in which no calls are made, in nanoseconds of the steady clock. */
    private record Pause(long start, long length) {

        static final Pause NONE = new Pause(0, 0);

        boolean lasts(long now) {
            return now - start < length;
        }

        /** The pause that ends later. */
        Pause later(Pause other) {
            return start + length - other.start - other.length >= 0 ? this : other;
        }
    }
}
