package io.scopeguard.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.logto.CallListener;
import io.scopeguard.scope.Scopes;
import java.time.Duration;
import java.util.Locale;

/** What operators see. No tag ever holds an id: all values come from small fixed sets. */
final class GuardMetrics implements CallListener {

    private final MeterRegistry registry;

    GuardMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void verified(String outcome) {
        registry.counter("scopeguard.verifications", "outcome", outcome).increment();
    }

    void decided(Decision decision) {
        registry.counter(
                        "scopeguard.decisions",
                        "outcome",
                        decision.denial() == null ? "granted" : lower(decision.denial()),
                        "token",
                        lower(decision.token().kind()),
                        "live",
                        live(decision))
                .increment();
        ScopeDrift drift = decision.drift();
        if (!drift.isEmpty()) {
            String remedy = lower(decision.advice().remedy());
            drifted("demoted", drift.demoted(), remedy);
            drifted("promoted", drift.promoted(), remedy);
            drifted("new", drift.added(), remedy);
        }
    }

    @Override
    public void called(String operation, String outcome, Duration took) {
        registry.timer("scopeguard.provider.calls", "operation", operation, "outcome", outcome)
                .record(took);
    }

    private void drifted(String change, Scopes scopes, String remedy) {
        if (!scopes.isEmpty()) {
            registry.counter("scopeguard.drift", "change", change, "remedy", remedy)
                    .increment();
        }
    }

    private static String live(Decision decision) {
        if (decision.denial() == Denial.ORGANIZATION_MISMATCH || decision.denial() == Denial.WRONG_TOKEN_KIND) {
            return "not_asked";
        }
        return decision.live() == null ? "unknown" : "known";
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
