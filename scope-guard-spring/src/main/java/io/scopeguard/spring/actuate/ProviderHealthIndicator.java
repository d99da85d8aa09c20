package io.scopeguard.spring.actuate;

import io.scopeguard.provider.CircuitState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Reports whether identity providers and their signing keys are available. The application can serve requests without them for a
 * while, so an outage is {@link #DEGRADED}, which changes neither the status of the application nor that of its probes.
 */
public final class ProviderHealthIndicator extends AbstractHealthIndicator {

    /** A provider does not answer. Decisions are made with older permissions, and afterwards by {@code when-unknown}. */
    public static final Status DEGRADED = new Status("DEGRADED");

    private final List<LiveProvider> providers;
    private final ProviderActivity activity;
    private final Supplier<Duration> oldest;

    /** @param oldest the greatest age of live permissions behind the decisions of the last minutes */
    public ProviderHealthIndicator(List<LiveProvider> providers, ProviderActivity activity, Supplier<Duration> oldest) {
        super("The state of the identity providers cannot be read");
        this.providers = List.copyOf(providers);
        this.activity = activity;
        this.oldest = oldest;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        boolean isDegraded = false;
        for (LiveProvider each : providers) {
            String name = each.provider().name();
            CircuitState circuit = each.provider().circuit();
            ProviderActivity.Last calls = activity.calls(name);
            ProviderActivity.Last keys = activity.keys(name);
            isDegraded |= circuit != CircuitState.CLOSED || isFailing(calls) || isFailing(keys);
            health.withDetail(name, details(each, circuit, calls, keys));
        }
        health.withDetail("permissionsMaximumAge", oldest.get().toString());
        health.status(isDegraded ? DEGRADED : Status.UP);
    }

    private static boolean isFailing(ProviderActivity.@Nullable Last last) {
        return last != null && !last.isOk();
    }

    private Map<String, Object> details(
            LiveProvider each,
            CircuitState circuit,
            ProviderActivity.@Nullable Last calls,
            ProviderActivity.@Nullable Last keys) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("circuit", circuit.name().toLowerCase(Locale.ROOT));
        put(details, "calls", calls);
        put(details, "keys", keys);
        details.put("waitingReads", each.permissions().waiting());
        return details;
    }

    private void put(Map<String, Object> details, String name, ProviderActivity.@Nullable Last last) {
        details.put(name, last == null ? "none yet" : last.outcome());
        Duration age = activity.age(last);
        if (last != null && age != null) {
            details.put(name + "LastSuccess", String.valueOf(last.lastSuccess()));
            details.put(name + "Age", age.toString());
        }
    }
}
