package io.scopeguard.token;

import io.scopeguard.token.KeyListener.Outcome;

/** The issuer's keys could not be fetched. */
final class KeySetException extends Exception {

    private final Outcome outcome;

    /** @param message the cause for the log, without content of the response */
    KeySetException(Outcome outcome, String message) {
        super(message, null, false, false);
        this.outcome = outcome;
    }

    Outcome outcome() {
        return outcome;
    }
}
