package io.scopeguard.permission;

import io.scopeguard.provider.PermissionSource;
import io.scopeguard.time.SteadyClock;

/** A cache without threads: a request makes the reads that it waits for itself, and all others wait to be run. */
public final class SteppedCache {

    private final VirtualExecutor executor = new VirtualExecutor();
    private final PermissionCache cache;

    public SteppedCache(PermissionSource source, SteadyClock clock, CacheSettings settings) {
        this(source, clock, settings, FactExchange.NONE);
    }

    /** The same, with histories that other processes share. */
    public SteppedCache(PermissionSource source, SteadyClock clock, CacheSettings settings, FactExchange exchange) {
        cache = new PermissionCache(source, clock, settings, exchange, executor);
    }

    public PermissionCache cache() {
        return cache;
    }

    /** Runs all reads that wait, and those that follow from them. */
    public void settle() {
        while (executor.step()) {
            // The next.
        }
    }
}
