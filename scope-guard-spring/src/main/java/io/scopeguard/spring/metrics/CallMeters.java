package io.scopeguard.spring.metrics;

import static io.scopeguard.spring.metrics.GuardMeter.value;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.scopeguard.provider.CallListener;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import io.scopeguard.spring.actuate.ProviderActivity;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Times the calls to one provider. The first call of an operation registers all outcomes of this operation. Thread-safe. */
final class CallMeters implements CallListener {

    private static final String PROVIDER = "provider";

    private final MeterRegistry registry;
    private final String provider;
    private final ProviderActivity activity;
    private final Map<String, Map<String, Timer>> calls = new ConcurrentHashMap<>();
    private final Map<Priority, Timer> waits;

    CallMeters(MeterRegistry registry, String provider, ProviderActivity activity) {
        this.registry = registry;
        this.provider = provider;
        this.activity = activity;
        this.waits = Stream.of(Priority.values())
                .collect(Collectors.toMap(
                        Function.identity(),
                        priority -> GuardMeter.PROVIDER_WAITS.timer(
                                registry, PROVIDER, provider, "priority", value(priority))));
    }

    @Override
    public void called(String operation, String outcome, Duration took) {
        activity.called(provider, outcome);
        Timer timer = calls.computeIfAbsent(operation, this::outcomes).get(outcome);
        if (timer != null) {
            timer.record(took);
        }
    }

    private Map<String, Timer> outcomes(String operation) {
        // A single call is never implausible, only many answers together.
        Stream<String> failures = Stream.of(Reason.values())
                .filter(reason -> reason != Reason.IMPLAUSIBLE)
                .map(GuardMeter::value);
        return Stream.concat(Stream.of("ok", "not_found"), failures)
                .collect(Collectors.toMap(
                        Function.identity(),
                        outcome -> GuardMeter.PROVIDER_CALLS.timer(
                                registry, PROVIDER, provider, "operation", operation, "outcome", outcome)));
    }

    @Override
    public void waited(Priority priority, Duration took) {
        Timer timer = waits.get(priority);
        if (timer != null) {
            timer.record(took);
        }
    }
}
