package io.scopeguard.spring.actuate;

import io.scopeguard.AccessRequest;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.YoungTokens;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.TokenTraits;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.LiveRoles;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.RoleInterest;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.spring.actuate.Explanation.HandlerDecision;
import io.scopeguard.spring.actuate.HandlerJudge.Judgement;
import io.scopeguard.spring.actuate.HandlerJudge.Presented;
import io.scopeguard.spring.authorization.HandlerCatalog;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.OrganizationResolver;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/** Explains decisions about a subject to operators, with the same live permissions as for requests. Thread-safe. */
public final class PermissionExplainer {

    private final List<LiveProvider> providers;
    private final Function<@Nullable String, @Nullable String> owners;
    private final HandlerCatalog handlers;
    private final ScopeGuardSettings settings;
    private final Clients clients;
    private final Audience defaultAudience;
    private final HandlerJudge judge;

    /**
     * @param owners the name of the provider whose tokens count in an organization, or outside of organizations ({@code null})
     * @param clients the policies of clients
     * @param organizations the places in requests that can name an organization
     * @param isClosed whether handlers without a declaration are closed
     */
    public PermissionExplainer(
            List<LiveProvider> providers,
            Function<@Nullable String, @Nullable String> owners,
            HandlerCatalog handlers,
            ScopeGuardSettings settings,
            Clients clients,
            Audience defaultAudience,
            OrganizationResolver organizations,
            boolean isClosed) {
        this.providers = List.copyOf(providers);
        this.owners = owners;
        this.handlers = handlers;
        this.settings = settings;
        this.clients = clients;
        this.defaultAudience = defaultAudience;
        this.judge = new HandlerJudge(settings, organizations, isClosed);
    }

    /**
     * The query of an operator.
     *
     * @param provider its name, or {@code null} for the one that the organization belongs to
     * @param organization {@code null} for permissions outside of organizations
     * @param client the client; the same id as the subject if an application acts on its own behalf
     * @param audience {@code null} for the default audience
     * @param scopes the scopes that the token carries, or {@code null}
     * @param organizationRoles the organization roles that the token carries, or {@code null} if it has no claim for them
     * @param globalRoles the global roles that the token carries, or {@code null} if it has no claim for them
     * @param issuedAt when the token was issued, or {@code null} for now
     */
    record Query(
            @Nullable String provider,
            String subject,
            @Nullable String organization,
            @Nullable String client,
            @Nullable String audience,
            @Nullable List<String> scopes,
            @Nullable List<String> organizationRoles,
            @Nullable List<String> globalRoles,
            @Nullable Instant issuedAt) {

        @Nullable
        Set<String> roles(RoleKind kind) {
            List<String> carried = kind == RoleKind.GLOBAL ? globalRoles : organizationRoles;
            return carried == null ? null : Set.copyOf(carried);
        }
    }

    /**
     * @throws InvalidEndpointRequestException if no provider has this name, or if the audience is neither {@code organization} nor
     *     a resource indicator
     */
    Explanation explain(Query query) {
        String owner = owners.apply(query.organization);
        LiveProvider live = query.provider == null ? first(owner) : provider(query.provider);
        boolean isAtHome = live.provider().name().equals(owner);
        PermissionKey key = key(query);
        Scopes carried = query.scopes == null ? null : Scopes.ofTokens(query.scopes);
        Lookup lookup = new Lookup(live, key, carried == null ? Scopes.none() : carried);
        LivePermissions permissions = lookup.get(null);
        Scopes granted = permissions == null ? Scopes.none() : permissions.granted();
        Scopes scopes = carried == null ? granted : carried;
        Map<HandlerCatalog.Entry, Optional<LivePermissions>> byHandler = new LinkedHashMap<>();
        handlers.entries()
                .forEach(entry -> byHandler.put(
                        entry, Optional.ofNullable(lookup.get(entry.rule().maxAge()))));
        Presented token = new Presented(
                key.organization(),
                key.audience(),
                scopes,
                query::roles,
                permissions,
                young(query, key, live),
                isAtHome);
        ExplainedDrift drifts = new ExplainedDrift(
                live.provider(),
                clients,
                settings,
                traits(query, key, live.provider()),
                key.roles().wanted());
        ScopeDrift drift = drifts.of(token);
        return new Explanation(
                live.provider().name(),
                permissions == null ? "unknown" : lower(permissions.standing()),
                carried == null ? null : carried.toList(),
                granted.toList(),
                roles(key, permissions),
                judge.effective(scopes, permissions).toList(),
                drift.demoted().toList(),
                drift.promoted().toList(),
                drift.introduced().toList(),
                permissions == null ? null : age(live, permissions),
                remedyOf(drifts.onGranted(token)),
                byHandler.entrySet().stream()
                        .map(each -> decision(
                                each.getKey(), token.with(each.getValue().orElse(null)), drifts))
                        .toList());
    }

    /**
     * Whether a token grants a request without a read. What was read for this explanation counts, like for the next request. A
     * query that does not say when the token was issued is about a token of any age.
     */
    private Predicate<AccessRequest> young(Query query, PermissionKey key, LiveProvider live) {
        Instant issuedAt = query.issuedAt;
        List<String> carried = query.scopes;
        if (issuedAt == null || carried == null) {
            return request -> false;
        }
        ProviderClock clock = live.provider().clock();
        YoungTokens tokens = new YoungTokens(settings, live.permissions(), clock);
        Scopes scopes = Scopes.ofTokens(carried);
        return request ->
                tokens.grant(request, key, scopes, issuedAt, clock.steady().nanos());
    }

    private PermissionKey key(Query query) {
        Subject.Type type = query.subject.equals(query.client) ? Subject.Type.APPLICATION : Subject.Type.USER;
        Subject subject = new Subject(type, query.subject);
        return new PermissionKey(subject, query.organization, audience(query.audience))
                .with(RoleInterest.of(
                        requiredRoles(), query.roles(RoleKind.GLOBAL), query.roles(RoleKind.ORGANIZATION)));
    }

    private Audience audience(@Nullable String name) {
        try {
            return name == null ? defaultAudience : new Audience(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidEndpointRequestException(
                    "'" + name + "' is not an audience",
                    "The parameter 'audience' is neither 'organization' nor a resource indicator");
        }
    }

    private static TokenTraits traits(Query query, PermissionKey key, IdentityProvider provider) {
        Instant issuedAt = query.issuedAt == null ? provider.clock().steady().instant() : query.issuedAt;
        return new TokenTraits(
                query.client == null ? "" : query.client,
                key.subject().type() == Subject.Type.APPLICATION,
                TokenKind.of(key.audience(), key.organization()),
                key.audience(),
                issuedAt);
    }

    private static @Nullable List<String> roles(PermissionKey key, @Nullable LivePermissions live) {
        Roles wanted = key.roles().wanted();
        Roles held = Roles.none();
        for (RoleKind kind : RoleKind.values()) {
            LiveRoles ofKind = live == null ? null : live.roles(kind);
            if (ofKind != null) {
                held = held.or(Roles.of(kind, ofKind.names()));
            } else if (!wanted.of(kind).isEmpty() && (kind == RoleKind.GLOBAL || key.organization() != null)) {
                return null;
            }
        }
        return held.names();
    }

    /** The provider that an organization belongs to, or else the first one, whose tokens do not count there. */
    private LiveProvider first(@Nullable String owner) {
        return named(owner).orElse(providers.get(0));
    }

    private LiveProvider provider(String name) {
        return named(name)
                .orElseThrow(() -> new InvalidEndpointRequestException(
                        "No provider is named " + name,
                        "The parameter 'provider' names no provider of the application"));
    }

    private Optional<LiveProvider> named(@Nullable String name) {
        return providers.stream()
                .filter(each -> each.provider().name().equals(name))
                .findFirst();
    }

    /** The live permissions of one subject, read once for each maximum age of handlers. Used by one thread. */
    private final class Lookup {

        private final LiveProvider provider;
        private final PermissionKey key;
        private final Scopes carried;
        private final Map<Optional<Duration>, Optional<LivePermissions>> known = new HashMap<>();

        Lookup(LiveProvider provider, PermissionKey key, Scopes carried) {
            this.provider = provider;
            this.key = key;
            this.carried = carried;
        }

        /**
         * {@code null} if they are unknown.
         *
         * @param own the maximum age of a handler, or {@code null} for the default
         */
        @Nullable
        LivePermissions get(@Nullable Duration own) {
            return known.computeIfAbsent(Optional.ofNullable(own), age -> read(own))
                    .orElse(null);
        }

        private Optional<LivePermissions> read(@Nullable Duration own) {
            long now = provider.provider().clock().steady().nanos();
            try {
                return Optional.of(provider.permissions().get(key, freshness(own, now), carried));
            } catch (PermissionsUnavailableException e) {
                return Optional.empty();
            }
        }
    }

    private Freshness freshness(@Nullable Duration own, long now) {
        if (own == null) {
            return Freshness.of(settings.maxAge(), settings.maxStale(), now);
        }
        return Freshness.within(own.compareTo(settings.maxStale()) < 0 ? own : settings.maxStale(), now);
    }

    private Roles requiredRoles() {
        Roles all = Roles.none();
        for (HandlerCatalog.Entry entry : handlers.entries()) {
            if (entry.rule() instanceof Requires requires) {
                all = all.or(Roles.requiredBy(requires.roles()));
            }
        }
        return all;
    }

    private static Duration age(LiveProvider provider, LivePermissions live) {
        long nanos = provider.provider().clock().steady().nanos() - live.readAt();
        // The times of reads are a few nanoseconds apart, even if the clock stands still.
        return Duration.ofMillis(Math.max(Math.round(nanos / 1e6), 0));
    }

    private HandlerDecision decision(HandlerCatalog.Entry entry, Presented token, ExplainedDrift drift) {
        Judgement judgement = judge.of(entry, token);
        return new HandlerDecision(
                entry.name(),
                entry.paths(),
                entry.methods(),
                Requirements.of(entry.rule()),
                judgement.decision(),
                judgement.why(),
                remedyOf(drift.of(entry.rule(), judgement, token)));
    }

    /** The remedy in the response, which contains none in observe mode. */
    private String remedyOf(RemedyAdvice advice) {
        return lower(settings.mode() == Mode.OBSERVE ? Remedy.NONE : advice.remedy());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
