package io.scopeguard.spring.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** All meters, with their names and the descriptions that monitoring systems show. */
public enum GuardMeter {
    VERIFICATIONS("verifications", "Access tokens that were verified, by outcome"),
    KEY_FETCHES("keys.fetches", "Attempts to fetch the signing keys of a provider"),
    DECISIONS("decisions", "Decisions about requests, messages and calls of methods"),
    PERMISSIONS_AGE("permissions.age", "Age of the live permissions behind each decision"),
    PERMISSIONS_ACTIVE("permissions.active", "Reads of live permissions that run or wait"),
    PERMISSIONS_WAITING("permissions.waiting", "Background reads that wait in the queue"),
    LOSSES_DROPPED(
            "permissions.losses.dropped",
            "Revocations that were evicted while tokens issued before them may still be valid"),
    DRIFT("drift", "Decisions whose token differed from the live permissions"),
    REMEDIES("remedies", "Remedies that clients were asked for, once for each token"),
    DISAGREEMENTS("disagreements", "Tokens that carry scopes or roles which were revoked before the token was issued"),
    PROVIDER_CALLS("provider.calls", "Calls to the API of a provider"),
    PROVIDER_WAITS("provider.waits", "Time that calls waited for the call budget"),
    PROVIDER_BREAKER("provider.breaker", "State of the circuit breaker: 1 for the current state, 0 for the others"),
    WEBHOOKS("webhooks", "Deliveries of events by a provider"),
    SIGNAL_STREAMS("signals.streams", "Open streams of signals"),
    STREAMS_OPEN("streams.open", "Open streamed responses and WebSocket sessions"),
    STREAMS_ENDED("streams.ended", "Streams that the guard ended"),
    SHARED_REPLICAS("shared.replicas", "Replicas that share live permissions"),
    SHARED_REACHABLE("shared.reachable", "1 while the shared store answers, otherwise 0"),
    SHARED_READS("shared.reads", "Reads of facts, by the source of the answer"),
    SHARED_COMMANDS("shared.commands", "Round trips to the shared store"),
    SHARED_LAG("shared.lag", "Time until a change that another replica received arrived here"),
    SHARED_GAPS("shared.gaps", "Times at which reported changes were missing, so that everything was read again");

    private final String meterName;
    private final String description;

    GuardMeter(String name, String description) {
        this.meterName = "scopeguard." + name;
        this.description = description;
    }

    /** The counter with these tags, pairs of key and value. */
    public Counter counter(MeterRegistry registry, String... tags) {
        return Counter.builder(meterName).description(description).tags(tags).register(registry);
    }

    /** The timer with these tags. */
    public Timer timer(MeterRegistry registry, String... tags) {
        return timer(tags).register(registry);
    }

    /** A builder of the timer with these tags. */
    public Timer.Builder timer(String... tags) {
        return Timer.builder(meterName).description(description).tags(tags);
    }

    /** Registers a gauge that reads a state through a weak reference. */
    public <T> void gauge(MeterRegistry registry, T state, ToDoubleFunction<T> value, String... tags) {
        Gauge.builder(meterName, state, value)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /** A counter whose count is stored elsewhere. */
    public <T> void counter(MeterRegistry registry, T state, ToDoubleFunction<T> count, String... tags) {
        FunctionCounter.builder(meterName, state, count)
                .description(description)
                .tags(tags)
                .register(registry);
    }

    /** The value of a tag. */
    public static String value(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
