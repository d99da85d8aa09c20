package io.scopeguard.token;

import java.time.Duration;

/**
 * Receives the outcome of every attempt to fetch the issuer's signing keys, for metrics. Called on the fetching thread, so
 * implementations must be fast.
 */
@FunctionalInterface
public interface KeyListener {

    /** The outcome of an attempt. After every outcome except {@link #OK}, the known keys stay in use. */
    enum Outcome {
        OK,
        /** There was no connection, or it broke off. */
        UNREACHABLE,
        /** The whole answer was not there in time. */
        TIMEOUT,
        /** The answer had another status than 200. */
        REFUSED,
        /** The answer was longer than any key set. */
        TOO_LARGE,
        /** The answer was no JWK Set. */
        MALFORMED,
        /** The answer had no key that can be relied on. */
        NO_KEYS
    }

    /**
     * Receives the outcome of one attempt.
     *
     * @param took until the whole answer was there, or was given up
     */
    void fetched(Outcome outcome, Duration took);

    /** Ignores everything. */
    static KeyListener none() {
        return (outcome, took) -> {};
    }
}
