package io.scopeguard.token;

import java.time.Duration;

/**
 * The issuer's signing keys are unavailable, so a token can be called neither valid nor invalid. A failure of this API, not of the
 * client.
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
