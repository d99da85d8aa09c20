package io.scopeguard.redis;

import java.time.Duration;

/** Receives events between this replica and Redis, for metrics. Thread-safe and quick. */
public interface SharingListener {

    /** Ignores everything. */
    static SharingListener none() {
        return new SharingListener() {};
    }

    /**
     * A command has ended.
     *
     * @param outcome {@code ok}, {@code timeout} or {@code error}
     */
    default void commanded(String outcome, Duration took) {}

    /**
     * A fact was read.
     *
     * @param source {@code provider}, {@code replica} if another replica's answer was taken, or {@code left} if the read was left
     *     to another replica
     * @param fact the kind of the fact, such as {@code membership}, or {@code members} for a page of an organization
     */
    default void read(String source, String fact) {}

    /** A reported change arrived from another replica. */
    default void changeArrived(Duration lag) {}

    /** Changes may have been missed, so that everything is read again. */
    default void missedChanges() {}
}
