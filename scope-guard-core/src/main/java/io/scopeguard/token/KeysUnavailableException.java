package io.scopeguard.token;

import java.time.Duration;

/**
 * The issuer's signing keys are unavailable, so it is unknown whether a token is valid. A failure of this API, not of the client.
 *
 * @since 0.1
 */
public final class KeysUnavailableException extends RuntimeException {

    private final Duration retryAfter;

    KeysUnavailableException(String message, Duration retryAfter) {
        super(message, null, false, false);
        this.retryAfter = retryAfter;
    }

    /** The time after which another attempt makes sense. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
