package io.scopeguard.permission;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.time.SteadyClock;

/** A cache without threads: a request performs the reads that it waits for, and all other reads wait until they are run. */
public final class SteppedCache {

    private final VirtualExecutor executor = new VirtualExecutor();
    private final PermissionCache cache;

    public SteppedCache(PermissionSource source, SteadyClock clock, CacheSettings settings) {
        this(source, clock, settings, FactExchange.NONE);
    }

    /** The same, with histories that other processes share. */
    public SteppedCache(PermissionSource source, SteadyClock clock, CacheSettings settings, FactExchange exchange) {
        cache = new PermissionCache("Test", source, clock, settings, exchange, executor, new Sweeps());
    }

    public PermissionCache cache() {
        return cache;
    }

    /** Runs all waiting reads, and the reads that they cause. */
    public void settle() {
        while (executor.step()) {
            // Runs the next one.
        }
    }
}
