package io.scopeguard.token;

import java.time.Duration;

/**
 * Receives the outcome of every attempt to fetch the issuer's signing keys, for metrics. Called on the fetching thread, so
 * implementations must be fast.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface KeyListener {

    /** The outcome of an attempt. After every outcome except {@link #OK}, the known keys stay in use. */
    enum Outcome {
        OK,
        /** There was no connection, or it broke off. */
        UNREACHABLE,
        /** The response was not complete in time. */
        TIMEOUT,
        /** The response had a status other than 200. */
        REFUSED,
        /** The response was too long. */
        TOO_LARGE,
        /** The response was not a JWK Set. */
        MALFORMED,
        /** The response contained no reliable key. */
        NO_KEYS
    }

    /**
     * Receives the outcome of one attempt.
     *
     * @param took the time until the response was complete or the attempt was given up
     */
    void fetched(Outcome outcome, Duration took);

    /** Ignores everything. */
    static KeyListener none() {
        return (outcome, took) -> {};
    }
}
