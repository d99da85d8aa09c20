package io.scopeguard.spring.stream;

import io.scopeguard.WatchEnd;

/** Receives the events of an open stream, on threads that may write to it. */
@FunctionalInterface
interface StreamListener {

    /** The stream must end. */
    void end(WatchEnd reason);

    /** The stream would have to end if the mode enforced it. */
    default void reported(WatchEnd reason) {}

    /**
     * A fact that the stream's token depends on was read, and the stream goes on. Called by the thread that judges all streams:
     * return at once.
     */
    default void refreshed() {}
}
