package io.scopeguard.provider;

import java.time.Duration;

/**
 * Receives every call to a provider, for metrics. Called on the thread that made the call: return quickly.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface CallListener {

    /**
     * A call was made, or given up before it was sent.
     *
     * @param operation the operation, from a small fixed set of names
     * @param outcome {@code ok}, {@code not_found}, or the reason why there was no usable answer
     * @param took the time until the answer was read, without the wait for the call budget, unless the call was given up during
     *     that wait
     */
    void called(String operation, String outcome, Duration took);

    /**
     * A call waited for the call budget, and was then made or given up.
     *
     * @param priority the priority of the call at the end of the wait
     */
    default void waited(Priority priority, Duration took) {}

    /** A listener that does nothing. */
    static CallListener none() {
        return (operation, outcome, took) -> {};
    }
}
