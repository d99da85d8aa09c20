package io.scopeguard.token;

/** A published key by which nothing is verified. */
final class UnreliableKeyException extends Exception {

    private final String reason;

    /**
     * @param reason the rest of a sentence of the log that begins with the key; nothing secret
     */
    UnreliableKeyException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
