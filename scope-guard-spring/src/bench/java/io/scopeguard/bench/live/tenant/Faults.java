package io.scopeguard.bench.live.tenant;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The faults of a tenant's answers. Thread-safe. */
public final class Faults {

    /** The kinds of fault. */
    public enum Effect {
        NONE,
        /** {@code 200 []}, and a total of 0. */
        EMPTY,
        /** {@code 500}. */
        FAILED
    }

    private final Map<String, Effect> byKind = new ConcurrentHashMap<>();
    private volatile Effect all = Effect.NONE;
    private volatile Duration latency = Duration.ZERO;

    /** Applies to every call. */
    public void all(Effect effect) {
        all = effect;
    }

    /** Applies to calls of these kinds. */
    public void some(Effect effect, String... kinds) {
        for (String kind : kinds) {
            byKind.put(kind, effect);
        }
    }

    public void clear() {
        all = Effect.NONE;
        byKind.clear();
    }

    public void latency(Duration latency) {
        this.latency = latency;
    }

    Duration latency() {
        return latency;
    }

    Effect on(String kind) {
        return all == Effect.NONE ? byKind.getOrDefault(kind, Effect.NONE) : all;
    }
}
