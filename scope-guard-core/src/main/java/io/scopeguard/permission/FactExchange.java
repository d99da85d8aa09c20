package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import java.util.Collection;
import java.util.Map;

/**
 * Keeps the histories of facts in a place that other processes can read, so that a process that starts later knows since when a
 * role is held and which scopes were lost. By default, nothing is kept. All times are nanoseconds of this process's steady clock;
 * an implementation translates them. Thread-safe.
 *
 * @hidden
 */
@Internal
public interface FactExchange {

    /** No exchange between processes. */
    FactExchange NONE = new FactExchange() {};

    /**
     * Returns the histories that other processes keep of facts that this process does not know. Called before a read, on the
     * reading thread; may wait briefly.
     *
     * @param facts names of facts, stable across processes
     * @return by name; without entries for unknown facts, and empty if the store is out of reach
     */
    default Map<String, FactHistory> recall(Collection<String> facts) {
        return Map.of();
    }

    /** Keeps the history of a fact, which has begun or changed. Must not wait. */
    default void keep(String fact, FactHistory history) {}
}
