package io.scopeguard.token;

import java.time.Duration;

/**
 * The issuer's signing keys cannot be had at the moment, so that a token can be called neither valid nor invalid. Our
 * trouble, not the client's.
 */
public final class KeysUnavailableException extends RuntimeException {

    private final Duration retryAfter;

    KeysUnavailableException(String message, Duration retryAfter) {
        super(message, null, false, false);
        this.retryAfter = retryAfter;
    }

    /** When another attempt makes sense. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
