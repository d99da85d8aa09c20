package io.scopeguard;

import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.organization.OrganizationProviders;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.provider.ChangeFeed;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.remedy.AskExchange;
import io.scopeguard.remedy.RecordedAsk;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.KeysUnavailableException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies access tokens, decides about requests by live permissions, and advises clients about drift. Thread-safe.
 *
 * <pre>{@code
 * ScopeGuard guard = ScopeGuard.builder(logto).build();
 * AccessToken token = guard.verify(bearerToken);
 * Decision decision = guard.authorize(token, new AccessRequest(organization, requirement));
 * }</pre>
 *
 * <p>{@link #join} makes one guard of those of several providers.
 *
 * <p>{@code io.scopeguard.signal.Responses} turns a decision into an HTTP response. Close the guard to stop its threads.
 *
 * @since 0.1
 */
public final class ScopeGuard implements AutoCloseable {

    private final List<ProviderGuard> guards;
    private final Map<String, ProviderGuard> byIssuer;
    private final @Nullable OrganizationProviders organizations;

    ScopeGuard(ProviderGuard guard) {
        this(List.of(guard), null);
    }

    private ScopeGuard(List<ProviderGuard> guards, @Nullable OrganizationProviders organizations) {
        this.guards = List.copyOf(guards);
        this.byIssuer = byIssuer(guards);
        this.organizations = organizations;
    }

    private static Map<String, ProviderGuard> byIssuer(List<ProviderGuard> guards) {
        Map<String, ProviderGuard> byIssuer = new HashMap<>();
        Set<String> names = new HashSet<>();
        for (ProviderGuard guard : guards) {
            if (!names.add(guard.name())) {
                throw new IllegalArgumentException("two providers are named " + guard.name());
            }
            for (String issuer : guard.issuers()) {
                if (byIssuer.putIfAbsent(issuer, guard) != null) {
                    throw new IllegalArgumentException("two providers issue tokens as " + issuer);
                }
            }
        }
        return Map.copyOf(byIssuer);
    }

    /** Starts a guard for the access tokens of one provider. All times are measured with the provider's clock. */
    public static Builder builder(IdentityProvider provider) {
        return new Builder(provider);
    }

    /**
     * Joins the guards of several providers, or of several tenants of one. A token's issuer decides which of them judges it. The
     * guards share nothing: each has its own keys, live permissions, call budget and clock.
     *
     * @param organizations says which provider each organization belongs to; tokens of other providers are refused there
     * @return a guard which, if it is closed, closes these guards
     * @throws IllegalArgumentException if two providers have the same name or the same issuer
     */
    public static ScopeGuard join(Collection<ScopeGuard> guards, OrganizationProviders organizations) {
        return new ScopeGuard(
                guards.stream().flatMap(guard -> guard.guards.stream()).toList(), organizations);
    }

    /** The accepted {@code iss} values, the principal one of each provider before its others. */
    public List<String> issuers() {
        return guards.stream().flatMap(guard -> guard.issuers().stream()).toList();
    }

    /**
     * Verifies a compact access token.
     *
     * @throws InvalidTokenException if the token is malformed, expired, forged or not for this API
     * @throws KeysUnavailableException if the provider's signing keys are needed and cannot be fetched
     */
    public AccessToken verify(String token) {
        return verifierOf(token).verify(token);
    }

    /**
     * The guard of the token's issuer. Verified tokens are found without parsing. If no provider has the issuer, any guard refuses
     * the token.
     */
    private ProviderGuard verifierOf(String token) {
        ProviderGuard first = guards.get(0);
        if (guards.size() == 1) {
            return first;
        }
        for (ProviderGuard guard : guards) {
            if (guard.knows(token)) {
                return guard;
            }
        }
        String issuer = AccessTokenVerifier.unverifiedIssuer(token);
        return issuer == null ? first : byIssuer.getOrDefault(issuer, first);
    }

    /** Decides about one request. Calls the provider only if the known facts are not fresh enough. */
    public Decision authorize(AccessToken token, AccessRequest request) {
        return guardOf(token).authorize(token, request, organizations);
    }

    /**
     * Watches an access that was granted and lasts, such as an event stream. It ends within the same bounds within which the next
     * request would be refused: when a loss of what was required is believed, or the token expires. For example:
     *
     * <pre>{@code
     * Decision decision = guard.authorize(token, request);
     * Watch watch = guard.watch(decision, end -> stream.close());
     * stream.onClose(watch::close);
     * }</pre>
     *
     * <p>Nothing is polled: a read of a fact judges the watches that depend on it. Facts of open watches stay in use, so that they
     * are read again by age. Unknown permissions end nothing.
     *
     * @param granted the decision that the access was opened with
     * @param listener ends what was opened
     * @throws IllegalArgumentException if the decision is a denial
     * @throws TooManyWatchesException if as many watches are open as may be
     */
    public Watch watch(Decision granted, WatchListener listener) {
        if (!granted.isGranted()) {
            throw new IllegalArgumentException("a denied access is not watched");
        }
        return guardOf(granted.token()).watch(granted, listener, organizations);
    }

    /** How many watches are open. */
    public int openWatches() {
        return guards.stream().mapToInt(guard -> guard.watches().open()).sum();
    }

    private ProviderGuard guardOf(AccessToken token) {
        if (guards.size() == 1) {
            return guards.get(0);
        }
        ProviderGuard guard = byIssuer.get(token.issuer());
        if (guard == null) {
            throw new IllegalArgumentException("the token was verified by another guard");
        }
        return guard;
    }

    /**
     * Compares a token with the live permissions of its subject, without a request to authorize. For example, to log drift or
     * to push it to a client:
     *
     * <pre>{@code
     * Decision decision = guard.inspect(guard.verify(bearerToken));
     * decision.drift().demoted();    // carried, but revoked
     * decision.drift().promoted();   // granted, but not carried
     * decision.drift().introduced(); // likewise, new at the provider
     * decision.advice().remedy();    // NONE, REFRESH or RECONSENT
     * decision.denial();             // SUBJECT_INACTIVE, NOT_A_MEMBER, or null
     * }</pre>
     *
     * <p>Without live permissions there is neither drift nor advice, and {@link Decision#live} is {@code null}: the provider
     * is unavailable, or the token is so young that the provider has just computed its scopes.
     */
    public Decision inspect(AccessToken token) {
        RequestedOrganization organization =
                token.organization() == null ? RequestedOrganization.NONE : RequestedOrganization.OF_TOKEN;
        return authorize(token, new AccessRequest(organization, null));
    }

    /**
     * Applies a change that the provider reported, such as a webhook delivery. Facts of every provider are read again if the guards
     * of several are joined.
     */
    public void apply(PermissionChange change) {
        guards.forEach(guard -> guard.apply(change));
    }

    /** Takes in what another process asked a client for. */
    public void learn(RecordedAsk ask) {
        guards.forEach(guard -> guard.learn(ask));
    }

    /**
     * Takes in that the store which other processes share has lost its records. What this guard knows is kept there again; what it
     * does not know counts as forgotten, not as never seen.
     */
    public void restoreShared() {
        guards.forEach(ProviderGuard::restoreShared);
    }

    /** Takes in that records of subjects may have been lost elsewhere. They count as forgotten, not as never seen. */
    public void memoryLost() {
        guards.forEach(ProviderGuard::memoryLost);
    }

    /** Stops the background reads of permissions and signing keys. Parts that were passed to the builder stay open. */
    @Override
    public void close() {
        guards.forEach(ProviderGuard::close);
    }

    /** Collects the settings of a guard. Not thread-safe. */
    public static final class Builder {

        private static final int MAX_WATCHES = 100_000;

        private final IdentityProvider provider;
        private Collection<Audience> resources = List.of();
        private ScopeGuardSettings settings = ScopeGuardSettings.DEFAULT;
        private Clients clients = Clients.watching(WatchedScopes.all());
        private RemedyListener listener = RemedyListener.none();
        private AskExchange asks = AskExchange.NONE;
        private Supplier<Roles> watchedRoles = Roles::none;
        private int maxWatches = MAX_WATCHES;
        private @Nullable CacheSettings cache;
        private @Nullable AccessTokenVerifier verifier;
        private @Nullable PermissionCache permissions;

        private Builder(IdentityProvider provider) {
            this.provider = provider;
        }

        /** The API's own resources, whose tokens are accepted in addition to organization tokens. None by default. */
        public Builder resources(Collection<Audience> own) {
            resources = List.copyOf(own);
            return this;
        }

        /** How requests are decided. {@link ScopeGuardSettings#DEFAULT} by default. */
        public Builder settings(ScopeGuardSettings settings) {
            this.settings = settings;
            return this;
        }

        /** How live permissions are cached. {@link CacheSettings#DEFAULT} with the ages of the settings by default. */
        public Builder cache(CacheSettings cache) {
            this.cache = cache;
            return this;
        }

        /** Exceptions for single clients. By default, every client receives every missing scope. */
        public Builder clients(Clients clients) {
            this.clients = clients;
            return this;
        }

        /**
         * Roles whose absence is reported to clients. None by default. Required roles are compared in any case.
         *
         * @param watched asked for each request
         */
        public Builder watchedRoles(Supplier<Roles> watched) {
            this.watchedRoles = watched;
            return this;
        }

        /**
         * How many watches may be open at once. 100,000 by default.
         *
         * @throws IllegalArgumentException if it is negative
         */
        public Builder maxWatches(int most) {
            if (most < 0) {
                throw new IllegalArgumentException("maxWatches is zero or more, not " + most);
            }
            this.maxWatches = most;
            return this;
        }

        /** Receives the remedies that clients are asked for. */
        public Builder listener(RemedyListener listener) {
            this.listener = listener;
            return this;
        }

        /** Tells other processes what clients were asked for. {@link ScopeGuard#learn} takes in what those tell. */
        public Builder asks(AskExchange exchange) {
            this.asks = exchange;
            return this;
        }

        /** Uses this verifier, and ignores {@link #resources}. The caller closes it. */
        public Builder verifier(AccessTokenVerifier verifier) {
            this.verifier = verifier;
            return this;
        }

        /** Uses this cache, and ignores {@link #cache}. It must use the provider's clock. The caller closes it. */
        @Internal
        public Builder permissions(PermissionCache permissions) {
            this.permissions = permissions;
            return this;
        }

        /** Wires the guard. Nothing is asked of the provider yet, except that its feed of changes is started, if it has one. */
        public ScopeGuard build() {
            AccessTokenVerifier tokens = verifier == null ? newVerifier() : verifier;
            PermissionCache live = permissions == null ? newPermissions() : permissions;
            boolean ownsTokens = verifier == null;
            boolean ownsLive = permissions == null;
            ChangeFeed feed = provider.changeFeed(live::apply);
            if (feed != null) {
                feed.start(settings.maxAge());
            }
            return new ScopeGuard(new ProviderGuard(
                    provider.name(),
                    tokens,
                    settings,
                    live,
                    new DriftDetector(clients, provider.catalogue()),
                    newAdvisor(),
                    provider.clock(),
                    provider.permissions().traits().delay(),
                    watchedRoles,
                    maxWatches,
                    () -> {
                        if (feed != null) {
                            feed.close();
                        }
                        if (ownsLive) {
                            live.close();
                        }
                        if (ownsTokens) {
                            tokens.close();
                        }
                    }));
        }

        private AccessTokenVerifier newVerifier() {
            return AccessTokenVerifier.builder(provider, resources).build();
        }

        private PermissionCache newPermissions() {
            CacheSettings usual = CacheSettings.DEFAULT;
            return new PermissionCache(
                    provider.permissions(),
                    provider.clock().steady(),
                    cache != null
                            ? cache
                            : new CacheSettings(
                                    settings.maxAge(),
                                    settings.maxStale(),
                                    usual.maxWait(),
                                    usual.maxEntries(),
                                    usual.idle()));
        }

        private RemedyAdvisor newAdvisor() {
            return new RemedyAdvisor(
                    clients,
                    provider.clock(),
                    provider.permissions().traits()::refreshDelivery,
                    settings.maxAge(),
                    listener,
                    asks);
        }
    }
}
