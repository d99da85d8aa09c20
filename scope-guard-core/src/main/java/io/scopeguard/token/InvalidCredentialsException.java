package io.scopeguard.token;

/**
 * The request carries credentials in a way that RFC 6750 does not allow: the error {@code invalid_request} of §3.1.
 *
 * @since 0.1
 */
public final class InvalidCredentialsException extends RuntimeException {

    InvalidCredentialsException(String description) {
        super(description, null, false, false);
    }

    /** The correction that the client has to make. Does not contain the credentials. */
    public String description() {
        return String.valueOf(getMessage());
    }
}
