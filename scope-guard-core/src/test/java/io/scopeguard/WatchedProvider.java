package io.scopeguard;

import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;

/** A guard of one provider whose watches are tested. */
final class WatchedProvider {

    private WatchedProvider() {}

    /** A guard with this maximum number of watches. The ages are those of the cache. */
    static ProviderGuard of(
            Mode mode,
            TestTokens tokens,
            PermissionCache cache,
            CacheSettings ages,
            SteadyClock steady,
            int maxWatches) {
        ScopeGuardSettings settings =
                new ScopeGuardSettings(mode, ages.maxAge(), ages.maxStale(), WhenUnknown.TRUST_TOKEN);
        Clients clients = Clients.watching(WatchedScopes.all());
        ProviderClock times = new ProviderClock(steady);
        return new ProviderGuard(
                "provider",
                tokens.verifier(),
                settings,
                cache,
                new DriftDetector(clients, new ScopeCatalogue(times)),
                new RemedyAdvisor(
                        clients, times, kind -> RefreshDelivery.IF_REQUESTED, settings.maxAge(), RemedyListener.none()),
                times,
                Duration.ZERO,
                Roles::none,
                maxWatches,
                () -> {});
    }
}
