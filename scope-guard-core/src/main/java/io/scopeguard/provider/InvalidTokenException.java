package io.scopeguard.provider;

/**
 * A bearer token is invalid. The message says what was expected and may be shown to the client; it never contains the token or its
 * content.
 *
 * @since 0.1
 */
public final class InvalidTokenException extends RuntimeException {

    /** The reason, with stable names for programs. */
    public enum Reason {
        /** Not a JWT at all, perhaps an opaque token. */
        OPAQUE,
        /** Not a well-formed JWS of a reasonable size. */
        MALFORMED,
        /** A JWT, but not an access token: an ID token, for example. */
        NOT_AN_ACCESS_TOKEN,
        /** Bound to a key or certificate of its sender (RFC 7800), which this library does not verify. */
        BOUND,
        /** Signed by an algorithm that is not accepted. */
        UNSUPPORTED_ALGORITHM,
        /** From an issuer that is not accepted. */
        WRONG_ISSUER,
        /** For another API. */
        WRONG_AUDIENCE,
        /** Two claims name different organizations. */
        CONFLICTING_ORGANIZATION,
        /** A required claim is missing or has the wrong type. */
        INVALID_CLAIM,
        EXPIRED,
        NOT_YET_VALID,
        /** Signed by a key that the issuer does not publish. */
        UNKNOWN_KEY,
        WRONG_SIGNATURE
    }

    private final Reason reason;
    private final String description;

    public InvalidTokenException(Reason reason, String description) {
        // No stack trace, because anybody can cause this exception at any rate.
        super(description, null, false, false);
        this.reason = reason;
        this.description = description;
    }

    public Reason reason() {
        return reason;
    }

    /** The message. */
    public String description() {
        return description;
    }
}
