package io.scopeguard.spring.metrics;

import static io.scopeguard.spring.metrics.GuardMeter.value;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.remedy.Remedy;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts the decisions about the tokens of one provider. All possible combinations of tags exist from the start, so that a rate
 * includes the first event. Counting allocates nothing. Thread-safe.
 */
final class DecisionMeters {

    private final Map<TokenKind, Outcomes> known = new EnumMap<>(TokenKind.class);
    private final Map<TokenKind, Outcomes> unknown = new EnumMap<>(TokenKind.class);
    private final Map<Remedy, Map<Change, Counter>> drift = new EnumMap<>(Remedy.class);

    /** The decisions about one kind of token. */
    private record Outcomes(Counter granted, Map<Denial, Counter> denied) {

        Counter of(@Nullable Denial denial) {
            return denial == null ? granted : Objects.requireNonNull(denied.get(denial));
        }
    }

    /** A way in which a token differs from the live permissions. */
    private enum Change {
        DEMOTED,
        PROMOTED,
        NEW,
        DEMOTED_ROLES,
        PROMOTED_ROLES
    }

    DecisionMeters(MeterRegistry registry, String provider) {
        for (TokenKind kind : TokenKind.values()) {
            known.put(kind, outcomes(registry, provider, kind, "known"));
            unknown.put(kind, outcomes(registry, provider, kind, "unknown"));
        }
        for (Remedy remedy : Remedy.values()) {
            drift.put(remedy, changes(registry, provider, remedy));
        }
    }

    private static Outcomes outcomes(MeterRegistry registry, String provider, TokenKind kind, String live) {
        Map<Denial, Counter> denied = new EnumMap<>(Denial.class);
        for (Denial denial : Denial.values()) {
            boolean isAsked = denial != Denial.ORGANIZATION_MISMATCH && denial != Denial.WRONG_TOKEN_KIND;
            denied.put(denial, decisions(registry, provider, value(denial), kind, isAsked ? live : "not_asked"));
        }
        return new Outcomes(decisions(registry, provider, "granted", kind, live), denied);
    }

    private static Counter decisions(
            MeterRegistry registry, String provider, String outcome, TokenKind kind, String live) {
        return GuardMeter.DECISIONS.counter(
                registry, "provider", provider, "outcome", outcome, "token", value(kind), "live", live);
    }

    private static Map<Change, Counter> changes(MeterRegistry registry, String provider, Remedy remedy) {
        Map<Change, Counter> changes = new EnumMap<>(Change.class);
        for (Change change : Change.values()) {
            String name = change.name().toLowerCase(Locale.ROOT).replace('_', '-');
            changes.put(
                    change,
                    GuardMeter.DRIFT.counter(registry, "provider", provider, "change", name, "remedy", value(remedy)));
        }
        return changes;
    }

    void decided(Decision decision) {
        Map<TokenKind, Outcomes> outcomes = decision.live() == null ? unknown : known;
        Objects.requireNonNull(outcomes.get(decision.token().kind()))
                .of(decision.denial())
                .increment();
        ScopeDrift found = decision.drift();
        if (!found.isEmpty()) {
            Map<Change, Counter> changes =
                    Objects.requireNonNull(drift.get(decision.advice().remedy()));
            count(changes, Change.DEMOTED, !found.demoted().isEmpty());
            count(changes, Change.PROMOTED, !found.promoted().isEmpty());
            count(changes, Change.NEW, !found.introduced().isEmpty());
            count(changes, Change.DEMOTED_ROLES, !found.roles().demoted().isEmpty());
            count(changes, Change.PROMOTED_ROLES, !found.roles().promoted().isEmpty());
        }
    }

    private static void count(Map<Change, Counter> changes, Change change, boolean isPresent) {
        if (isPresent) {
            Objects.requireNonNull(changes.get(change)).increment();
        }
    }
}
