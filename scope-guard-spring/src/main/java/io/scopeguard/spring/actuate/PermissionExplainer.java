package io.scopeguard.spring.actuate;

import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.RoleInterest;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ProviderClock.Order;
import io.scopeguard.provider.ScopeCatalogue.Novelty;
import io.scopeguard.provider.Subject;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.actuate.Explanation.HandlerDecision;
import io.scopeguard.spring.actuate.HandlerJudge.Presented;
import io.scopeguard.spring.actuate.HandlerJudge.Verdict;
import io.scopeguard.spring.authorization.HandlerCatalog;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Explains decisions about a subject to operators, by the same live permissions as requests. Thread-safe. */
public final class PermissionExplainer {

    private final List<LiveProvider> providers;
    private final HandlerCatalog handlers;
    private final ScopeGuardSettings settings;
    private final Audience defaultAudience;
    private final HandlerJudge judge;

    /**
     * @param isClosed whether handlers without a declaration are closed
     */
    public PermissionExplainer(
            List<LiveProvider> providers,
            HandlerCatalog handlers,
            ScopeGuardSettings settings,
            Audience defaultAudience,
            boolean isClosed) {
        this.providers = List.copyOf(providers);
        this.handlers = handlers;
        this.settings = settings;
        this.defaultAudience = defaultAudience;
        this.judge = new HandlerJudge(settings, isClosed);
    }

    /**
     * The query of an operator.
     *
     * @param provider its name, or {@code null} for the first
     * @param organization {@code null} for permissions outside of organizations
     * @param client an application that acts for itself has the same id as the subject
     * @param audience {@code null} for the default audience
     * @param scopes those that the token carries, or {@code null}
     * @param issuedAt when the token was issued, or {@code null} for now
     */
    record Query(
            @Nullable String provider,
            String subject,
            @Nullable String organization,
            @Nullable String client,
            @Nullable String audience,
            @Nullable List<String> scopes,
            @Nullable Instant issuedAt) {}

    /**
     * @throws NoSuchElementException if there is no such provider
     */
    Explanation explain(Query query) {
        LiveProvider provider = provider(query.provider);
        Audience audience = query.audience == null ? defaultAudience : new Audience(query.audience);
        Scopes carried = query.scopes == null ? null : Scopes.ofTokens(query.scopes);
        LivePermissions live = live(provider, query, audience, carried == null ? Scopes.none() : carried);
        Scopes granted = live == null ? Scopes.none() : live.granted();
        Scopes token = carried == null ? granted : carried;
        Scopes demoted = live == null ? Scopes.none() : token.minus(granted);
        Scopes missing = granted.minus(token).and(declared(audience));
        Instant issuedAt =
                query.issuedAt == null ? provider.provider().clock().steady().instant() : query.issuedAt;
        Scopes introduced = missing.where(scope -> isNew(provider, audience, scope, issuedAt));
        Presented presented = new Presented(query.organization, audience, token, live);
        return new Explanation(
                provider.provider().name(),
                live == null ? "unknown" : lower(live.standing()),
                carried == null ? null : carried.toList(),
                granted.toList(),
                judge.effective(token, live).toList(),
                demoted.toList(),
                missing.minus(introduced).toList(),
                introduced.toList(),
                live == null ? null : age(provider, live),
                introduced.isEmpty() ? remedy(provider, live, issuedAt, demoted, missing) : "reconsent",
                handlers.entries().stream()
                        .map(entry -> decision(entry, presented))
                        .toList());
    }

    private static boolean isNew(LiveProvider provider, Audience audience, String scope, Instant issuedAt) {
        return provider.provider().catalogue().noveltySince(audience, scope, issuedAt) != Novelty.NONE;
    }

    private LiveProvider provider(@Nullable String name) {
        return providers.stream()
                .filter(each -> name == null || each.provider().name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("no provider is named " + name));
    }

    private @Nullable LivePermissions live(LiveProvider provider, Query query, Audience audience, Scopes carried) {
        Subject.Type type = query.subject.equals(query.client) ? Subject.Type.APPLICATION : Subject.Type.USER;
        PermissionKey key = new PermissionKey(new Subject(type, query.subject), query.organization, audience)
                .with(RoleInterest.of(requiredRoles(), null, null));
        long now = provider.provider().clock().steady().nanos();
        try {
            return provider.permissions().get(key, Freshness.of(settings.maxAge(), settings.maxStale(), now), carried);
        } catch (PermissionsUnavailableException e) {
            return null;
        }
    }

    private Roles requiredRoles() {
        Roles all = Roles.none();
        for (HandlerCatalog.Entry entry : handlers.entries()) {
            if (entry.rule() instanceof Requires requires && requires.roles() != null) {
                all = all.or(Roles.of(requires.roles().kind(), requires.roles().roles()));
            }
        }
        return all;
    }

    private Scopes declared(Audience audience) {
        Scopes all = Scopes.none();
        for (HandlerCatalog.Entry entry : handlers.entries()) {
            if (entry.rule() instanceof Requires requires
                    && requires.requirement() != null
                    && requires.requirement().audience().equals(audience)) {
                all = all.or(requires.requirement().scopes());
            }
        }
        return all;
    }

    private static Duration age(LiveProvider provider, LivePermissions live) {
        return Duration.ofNanos(provider.provider().clock().steady().nanos() - live.readAt());
    }

    /** As for a promotion that was observed. */
    private static String remedy(
            LiveProvider provider, @Nullable LivePermissions live, Instant issuedAt, Scopes demoted, Scopes promoted) {
        if (live == null || (demoted.isEmpty() && promoted.isEmpty())) {
            return "none";
        }
        for (String scope : promoted) {
            OptionalLong since = live.history().heldSince(scope);
            if (since.isPresent() && provider.provider().clock().compare(issuedAt, since.getAsLong()) == Order.AFTER) {
                return "reconsent";
            }
        }
        return "refresh";
    }

    private HandlerDecision decision(HandlerCatalog.Entry entry, Presented token) {
        Verdict verdict = judge.of(entry, token);
        return new HandlerDecision(
                entry.name(),
                entry.paths(),
                entry.methods(),
                Requirements.of(entry.rule()),
                verdict.decision(),
                verdict.why());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
