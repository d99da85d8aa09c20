package io.scopeguard.logto;

import io.scopeguard.provider.Priority;
import java.time.Duration;

/** Hears of every call to Logto, for metrics. Called on the thread that made the call: be quick. */
@FunctionalInterface
public interface CallListener {

    /**
     * Hears of one call, made or given up before.
     *
     * @param operation what was asked, from a small fixed set of names
     * @param outcome {@code ok}, {@code not_found}, or the reason why there was no usable answer
     * @param took until the answer was read; without the wait for the limit on calls, unless that was all there was
     */
    void called(String operation, String outcome, Duration took);

    /**
     * Hears how long a call waited for the limit on calls, whether it was made then or given up.
     *
     * @param priority the call's at the end of the wait
     */
    default void waited(Priority priority, Duration took) {}

    /** Hears nothing. */
    static CallListener none() {
        return (operation, outcome, took) -> {};
    }
}
