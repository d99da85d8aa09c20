package io.scopeguard.logto;

import java.time.Duration;

/** Hears of every call to Logto, for metrics. Called on the thread that made the call: be quick. */
@FunctionalInterface
public interface CallListener {

    /**
     * Hears of one call.
     *
     * @param operation what was asked, from a small fixed set of names
     * @param outcome {@code ok}, {@code not_found}, or the reason why there was no usable answer
     */
    void called(String operation, String outcome, Duration took);

    /** Hears nothing. */
    static CallListener none() {
        return (operation, outcome, took) -> {};
    }
}
