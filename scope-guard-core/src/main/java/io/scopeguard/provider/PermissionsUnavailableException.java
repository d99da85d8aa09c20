package io.scopeguard.provider;

/**
 * The provider did not return a usable answer. This says nothing about the subject's permissions.
 *
 * @since 0.1
 */
public final class PermissionsUnavailableException extends RuntimeException {

    /** The kind of failure, with stable names for metrics. */
    public enum Reason {
        /** The connection failed or broke. */
        UNREACHABLE,
        /** No answer in time. */
        TIMEOUT,
        /** The provider refuses our own credentials or request: 401, 403, other 4xx. */
        REFUSED,
        /** The provider asks for fewer requests. */
        RATE_LIMITED,
        SERVER_ERROR,
        /** The answer does not match the provider's API. */
        MALFORMED,
        /** So many subjects have lost their standing at once that the loss must be confirmed first. */
        IMPLAUSIBLE,
        /** Our own limit on calls does not allow the call in time. */
        BUDGET_EXHAUSTED
    }

    private final Reason reason;

    public PermissionsUnavailableException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
