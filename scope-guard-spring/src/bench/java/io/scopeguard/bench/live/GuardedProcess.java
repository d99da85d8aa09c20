package io.scopeguard.bench.live;

import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;

/** The library in one process of an API. */
final class GuardedProcess implements AutoCloseable {

    static final Duration MAX_WAIT = Duration.ofSeconds(2);
    private static final Duration IDLE = Duration.ofHours(24);
    private static final long MAX_ENTRIES = 1_000_000;

    private final SteadyClock clock;
    private final ScopeGuard guard;

    GuardedProcess(
            URI endpoint,
            int callsPerSecond,
            ScopeGuardSettings settings,
            Collection<Audience> resources,
            World world) {
        Clock wall = world.clock();
        clock = new SteadyClock(wall, world.ticker());
        Logto logto = Logto.at(new LogtoTenant(endpoint), "application", "secret")
                .callsPerSecond(callsPerSecond)
                .resources(resources)
                .clock(wall)
                .steadyClock(clock)
                .build();
        guard = ScopeGuard.builder(logto)
                .resources(resources)
                .settings(settings)
                .cache(new CacheSettings(settings.maxAge(), settings.maxStale(), MAX_WAIT, MAX_ENTRIES, IDLE))
                .build();
    }

    ScopeGuard guard() {
        return guard;
    }

    /** In nanoseconds. */
    long age(LivePermissions live) {
        return clock.since(live.readAt()).toNanos();
    }

    @Override
    public void close() {
        guard.close();
    }
}
