package io.scopeguard.provider;

import java.time.Duration;

/** Receives every call to a provider, for metrics. Called on the thread that made the call: return quickly. */
@FunctionalInterface
public interface CallListener {

    /**
     * One call was made, or given up before it was made.
     *
     * @param operation the operation, from a small fixed set of names
     * @param outcome {@code ok}, {@code not_found}, or the reason why there was no usable answer
     * @param took until the answer was read; without the wait for the call budget, unless the call was given up then
     */
    void called(String operation, String outcome, Duration took);

    /**
     * One call waited for the call budget, whether it was made afterwards or given up.
     *
     * @param priority the call's at the end of the wait
     */
    default void waited(Priority priority, Duration took) {}

    /** A listener that does nothing. */
    static CallListener none() {
        return (operation, outcome, took) -> {};
    }
}
