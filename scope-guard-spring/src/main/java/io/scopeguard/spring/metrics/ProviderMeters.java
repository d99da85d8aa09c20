package io.scopeguard.spring.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.Decision;
import io.scopeguard.provider.InvalidTokenException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.springframework.util.function.SingletonSupplier;

/** Counts verifications of and decisions about the tokens of one provider. Thread-safe. */
final class ProviderMeters {

    private final Map<String, Counter> verifications = new HashMap<>();
    private final Supplier<DecisionMeters> decisions;

    private ProviderMeters(MeterRegistry registry, String provider, Supplier<DecisionMeters> decisions) {
        this.decisions = decisions;
        Stream.concat(
                        Stream.of("valid", "keys_unavailable", "error"),
                        Stream.of(InvalidTokenException.Reason.values()).map(GuardMeter::value))
                .forEach(outcome -> verifications.put(
                        outcome, GuardMeter.VERIFICATIONS.counter(registry, "provider", provider, "outcome", outcome)));
    }

    /** The meters of a provider. */
    static ProviderMeters of(MeterRegistry registry, String provider) {
        DecisionMeters decisions = new DecisionMeters(registry, provider);
        return new ProviderMeters(registry, provider, () -> decisions);
    }

    /** The meters of tokens that no known provider issued. Usually there are no decisions about such tokens. */
    static ProviderMeters ofNone(MeterRegistry registry) {
        String none = "none";
        return new ProviderMeters(registry, none, SingletonSupplier.of(() -> new DecisionMeters(registry, none)));
    }

    void verified(String outcome) {
        Counter counter = verifications.get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    void decided(Decision decision) {
        decisions.get().decided(decision);
    }
}
