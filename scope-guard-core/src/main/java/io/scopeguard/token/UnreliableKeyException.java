package io.scopeguard.token;

/** A published key is not used for verification. */
final class UnreliableKeyException extends Exception {

    private final String reason;

    /**
     * @param reason the end of a log message that begins with the key; without secrets
     */
    UnreliableKeyException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
