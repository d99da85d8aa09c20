package io.scopeguard.spring.provider;

import io.scopeguard.ScopeGuard;
import io.scopeguard.drift.Clients;
import io.scopeguard.organization.OrganizationProviders;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.actuate.LiveProvider;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.sharing.Sharing;
import io.scopeguard.token.AccessTokenVerifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A guard for each provider, each with its own keys, live permissions and metrics. Closes all of them. */
public final class ProviderScopeGuards implements AutoCloseable {

    private final GuardSettings settings;
    private final DeclaredScopes declared;
    private final GuardMetrics metrics;
    private final Map<ProviderRegistration, ScopeGuard> guards = new LinkedHashMap<>();
    private final Map<ProviderRegistration, Sharing.Part> shared = new HashMap<>();
    private final List<LiveProvider> live = new ArrayList<>();
    private final List<Runnable> parts = new ArrayList<>();

    public ProviderScopeGuards(
            ProviderRegistrations providers,
            GuardSettings settings,
            DeclaredScopes declared,
            GuardMetrics metrics,
            Sharing sharing) {
        this.settings = settings;
        this.declared = declared;
        this.metrics = metrics;
        providers.forEach(registration -> {
            Sharing.Part part = sharing.of(registration.provider(), settings.resources());
            shared.put(registration, part);
            guards.put(registration, guard(registration.provider(), part));
        });
    }

    private ScopeGuard guard(IdentityProvider provider, Sharing.Part part) {
        AccessTokenVerifier verifier = AccessTokenVerifier.builder(provider, settings.resources())
                .accepting(this::isAccepted)
                .clockSkew(settings.clockSkew())
                .keyListener(metrics.keys(provider.name()))
                .build();
        PermissionCache permissions = new PermissionCache(
                provider.name(), part.permissions(), provider.clock().steady(), settings.cache(), part.histories());
        metrics.watch(provider, permissions);
        live.add(new LiveProvider(provider, permissions));
        ScopeGuard guard = ScopeGuard.builder(provider)
                .verifier(verifier)
                .permissions(permissions)
                .settings(settings.decisions())
                .clients(settings.clients())
                .watchedRoles(declared::roles)
                .maxWatches(settings.maxOpenStreams())
                .listener(metrics.remedies(provider.name()))
                .asks(part.asks())
                .build();
        part.start(guard);
        parts.addAll(List.of(guard::close, permissions::close, verifier::close));
        return guard;
    }

    /**
     * The API's own resources are accepted even where no operation requires their scopes: the operation then names the kind of token
     * that it takes. Organization tokens name no API, so they are accepted only where an operation takes them.
     */
    private boolean isAccepted(Audience audience) {
        return declared.accepts(audience) || settings.resources().contains(audience);
    }

    /** The policies of clients. */
    public Clients clients() {
        return settings.clients();
    }

    /** The providers with their live permissions. */
    public List<LiveProvider> live() {
        return List.copyOf(live);
    }

    public Map<ProviderRegistration, ScopeGuard> guards() {
        return guards;
    }

    /** Receives the deliveries of a provider, for all replicas; {@code null} if it sends none. */
    @Nullable
    public EventReceiver receiver(ProviderRegistration registration) {
        return Objects.requireNonNull(shared.get(registration)).receiver();
    }

    /** Applies a change to the facts of every provider, for all replicas. */
    public void apply(PermissionChange change) {
        guards.values().forEach(guard -> guard.apply(change));
        shared.values().forEach(part -> part.publish(change));
    }

    /**
     * The guard of the application.
     *
     * @param organizations {@code null} if there is one provider for all organizations
     */
    public ScopeGuard joined(@Nullable OrganizationProviders organizations) {
        return organizations == null
                ? guards.values().iterator().next()
                : ScopeGuard.join(guards.values(), organizations);
    }

    @Override
    public void close() {
        parts.forEach(Runnable::run);
    }
}
