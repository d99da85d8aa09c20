package io.scopeguard.token;

import io.scopeguard.token.KeyListener.Outcome;

/** A fetch of the issuer's keys that gave none. */
final class KeySetException extends Exception {

    private final Outcome outcome;

    /**
     * @param message what is wrong, in the words of the log; nothing of the answer itself
     */
    KeySetException(Outcome outcome, String message) {
        super(message, null, false, false);
        this.outcome = outcome;
    }

    Outcome outcome() {
        return outcome;
    }
}
