package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import java.util.Collection;
import java.util.Map;

/**
 * Stores the histories of facts for other processes, so that a process that starts later knows since when a role is held and which
 * scopes were lost. By default, nothing is shared. All times are nanoseconds of this process's steady clock; an implementation
 * translates them. Thread-safe.
 *
 * @hidden
 */
@Internal
public interface FactExchange {

    /** No exchange between processes. */
    FactExchange NONE = new FactExchange() {};

    /**
     * Returns the histories of other processes for facts that are unknown to this process or have gained something. Called on the
     * reading thread; may wait briefly.
     *
     * @param facts names of facts, stable across processes
     * @return by name; without entries for unknown facts, and empty if the store is out of reach
     */
    default Map<String, FactHistory> recall(Collection<String> facts) {
        return Map.of();
    }

    /**
     * Until when other processes have gone on reading facts after the last read in their histories. A history is stored when it
     * changes; the reads in between show that nothing has changed. Called on the reading thread; may wait briefly.
     *
     * @param histories by name, as they were recalled
     * @return the start of the last read, by name; without entries for facts that were not read, or not often enough
     */
    default Map<String, Long> readUntil(Map<String, FactHistory> histories) {
        return Map.of();
    }

    /** Stores the history of a fact, which has begun or changed. Must not wait. */
    default void share(String fact, FactHistory history) {}
}
