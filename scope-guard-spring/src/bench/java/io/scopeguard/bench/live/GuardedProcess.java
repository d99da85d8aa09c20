package io.scopeguard.bench.live;

import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.remedy.RemedyLadder;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.scope.Audience;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;

/** What one process of an API has of the library, wired as the starter does it. */
final class GuardedProcess implements AutoCloseable {

    static final Duration MAX_WAIT = Duration.ofSeconds(2);
    private static final Duration IDLE = Duration.ofHours(24);
    private static final long MAX_ENTRIES = 1_000_000;

    private final PermissionCache permissions;
    private final ScopeGuard guard;

    GuardedProcess(
            URI endpoint,
            int callsPerSecond,
            ScopeGuardSettings settings,
            Collection<Audience> resources,
            World world) {
        Clock clock = world.clock();
        Logto logto = Logto.at(new LogtoTenant(endpoint), "application", "secret")
                .callsPerSecond(callsPerSecond)
                .resources(resources)
                .clock(clock)
                .build();
        permissions = new PermissionCache(logto.permissions(), clock, MAX_WAIT, MAX_ENTRIES, IDLE);
        Clients clients = Clients.watching(WatchedScopes.all());
        guard = new ScopeGuard(
                settings,
                permissions,
                new DriftDetector(clients, logto.catalogue()),
                new RemedyLadder(clients, logto.issuerClock(), clock, RemedyListener.none()),
                logto.issuerClock(),
                clock);
    }

    ScopeGuard guard() {
        return guard;
    }

    @Override
    public void close() {
        permissions.close();
    }
}
