package io.scopeguard;

import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.ChangeFeed;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.remedy.AskExchange;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessTokenVerifier;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings of a {@link ScopeGuard}. Not thread-safe.
 *
 * @since 0.1
 */
public final class ScopeGuardBuilder {

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

    ScopeGuardBuilder(IdentityProvider provider) {
        this.provider = provider;
    }

    /** The API's own resources, whose tokens are accepted in addition to organization tokens. None by default. */
    public ScopeGuardBuilder resources(Collection<Audience> own) {
        resources = List.copyOf(own);
        return this;
    }

    /** The settings of decisions. {@link ScopeGuardSettings#DEFAULT} by default. */
    public ScopeGuardBuilder settings(ScopeGuardSettings settings) {
        this.settings = settings;
        return this;
    }

    /** The settings of the cache. {@link CacheSettings#DEFAULT} with the ages of the settings by default. */
    public ScopeGuardBuilder cache(CacheSettings cache) {
        this.cache = cache;
        return this;
    }

    /** Exceptions for single clients. By default, every client receives every missing scope. */
    public ScopeGuardBuilder clients(Clients clients) {
        this.clients = clients;
        return this;
    }

    /**
     * Roles whose absence is reported to clients. None by default. Required roles are compared in any case.
     *
     * @param watched called for each request
     */
    public ScopeGuardBuilder watchedRoles(Supplier<Roles> watched) {
        this.watchedRoles = watched;
        return this;
    }

    /**
     * The maximum number of open watches. 100,000 by default.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public ScopeGuardBuilder maxWatches(int most) {
        if (most < 0) {
            throw new IllegalArgumentException("maxWatches must not be negative, but is " + most);
        }
        this.maxWatches = most;
        return this;
    }

    /** The listener that receives the remedies that clients are asked for. */
    public ScopeGuardBuilder listener(RemedyListener listener) {
        this.listener = listener;
        return this;
    }

    /**
     * Shares with other processes which remedies clients were asked for. {@link ScopeGuard#learn} receives theirs.
     *
     * @hidden
     */
    @Internal
    public ScopeGuardBuilder asks(AskExchange exchange) {
        this.asks = exchange;
        return this;
    }

    /** Uses this verifier, which has {@link #resources} of its own. The caller closes it. */
    public ScopeGuardBuilder verifier(AccessTokenVerifier verifier) {
        this.verifier = verifier;
        return this;
    }

    /**
     * Uses this cache, and ignores {@link #cache}. It must use the provider's clock. The caller closes it.
     *
     * @hidden
     */
    @Internal
    public ScopeGuardBuilder permissions(PermissionCache permissions) {
        this.permissions = permissions;
        return this;
    }

    /**
     * Builds the guard. Apart from the provider's feed of changes, which is started, no call is made to the provider yet.
     *
     * @throws IllegalStateException if there are both a verifier and resources, which the verifier would not accept
     */
    public ScopeGuard build() {
        if (verifier != null && !resources.isEmpty()) {
            throw new IllegalStateException("Pass the resources " + resources + " to the builder of the verifier.");
        }
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
                new DriftDetector(
                        clients,
                        provider.catalogue(),
                        provider.permissions().traits().mixedKinds()),
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
        CacheSettings ages = CacheSettings.DEFAULT.withAges(settings.maxAge(), settings.maxStale());
        return new PermissionCache(
                provider.name(),
                provider.permissions(),
                provider.clock().steady(),
                cache == null ? ages : cache,
                FactExchange.NONE);
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
