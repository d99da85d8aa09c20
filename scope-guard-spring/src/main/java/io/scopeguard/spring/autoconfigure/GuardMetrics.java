package io.scopeguard.spring.autoconfigure;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.logto.CallListener;
import io.scopeguard.logto.LogtoWebhook.Receipt;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.TokenKind;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What operators see. No tag ever holds an id: all values come from small fixed sets. */
final class GuardMetrics implements CallListener, RemedyListener {

    private final MeterRegistry registry;

    /** Found by their tags once: looking a meter up costs more than counting. */
    private final Map<Object, Counter> counters = new ConcurrentHashMap<>();

    GuardMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    void verified(String outcome) {
        count(outcome, () -> registry.counter("scopeguard.verifications", "outcome", outcome));
    }

    void decided(Decision decision) {
        DecisionTags tags = DecisionTags.of(decision);
        count(
                tags,
                () -> registry.counter(
                        "scopeguard.decisions",
                        "outcome",
                        tags.denial() == null ? "granted" : lower(tags.denial()),
                        "token",
                        lower(tags.kind()),
                        "live",
                        tags.live()));
        ScopeDrift drift = decision.drift();
        if (!drift.isEmpty()) {
            Remedy remedy = decision.advice().remedy();
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

    @Override
    public void asked(Remedy remedy) {
        count(remedy, () -> registry.counter("scopeguard.remedies", "action", lower(remedy)));
    }

    @Override
    public void disagreed() {
        registry.counter("scopeguard.disagreements").increment();
    }

    void delivered(Receipt receipt) {
        count(
                receipt,
                () -> registry.counter(
                        "scopeguard.webhooks", "event", receipt.event(), "outcome", lower(receipt.outcome())));
    }

    private void drifted(String change, Scopes scopes, Remedy remedy) {
        if (!scopes.isEmpty()) {
            count(
                    new DriftTags(change, remedy),
                    () -> registry.counter("scopeguard.drift", "change", change, "remedy", lower(remedy)));
        }
    }

    private void count(Object tags, Supplier<Counter> meter) {
        Counter known = counters.get(tags);
        Counter counter = known != null ? known : counters.computeIfAbsent(tags, ignored -> meter.get());
        counter.increment();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private record DriftTags(String change, Remedy remedy) {}

    private record DecisionTags(@Nullable Denial denial, TokenKind kind, String live) {

        static DecisionTags of(Decision decision) {
            return new DecisionTags(decision.denial(), decision.token().kind(), live(decision));
        }

        private static String live(Decision decision) {
            if (decision.denial() == Denial.ORGANIZATION_MISMATCH || decision.denial() == Denial.WRONG_TOKEN_KIND) {
                return "not_asked";
            }
            return decision.live() == null ? "unknown" : "known";
        }
    }
}
