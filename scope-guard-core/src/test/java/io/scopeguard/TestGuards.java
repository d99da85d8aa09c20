package io.scopeguard;

import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.TestTokens;
import java.time.Duration;

/** Guards whose parts a test controls. All scopes are watched. */
final class TestGuards {

    private TestGuards() {}

    static ScopeGuard of(
            TestTokens tokens,
            PermissionCache cache,
            ScopeCatalogue catalogue,
            ProviderClock provider,
            Mode mode,
            WhenUnknown policy) {
        ScopeGuardSettings settings =
                new ScopeGuardSettings(mode, Duration.ofSeconds(30), Duration.ofMinutes(5), policy);
        Clients clients = Clients.watching(WatchedScopes.all());
        return new ScopeGuard(new ProviderGuard(
                "provider",
                tokens.verifier(),
                settings,
                cache,
                new DriftDetector(clients, catalogue),
                new RemedyAdvisor(
                        clients,
                        provider,
                        kind -> RefreshDelivery.IF_REQUESTED,
                        settings.maxAge(),
                        RemedyListener.none()),
                provider,
                Duration.ZERO,
                Roles::none,
                1_000,
                () -> {}));
    }
}
