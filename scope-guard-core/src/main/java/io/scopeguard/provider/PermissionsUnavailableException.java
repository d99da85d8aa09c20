package io.scopeguard.provider;

/** The provider did not give a usable answer. Says nothing at all about what the subject may do. */
public final class PermissionsUnavailableException extends RuntimeException {

    /** What kind of trouble: stable names, for metrics. */
    public enum Reason {
        /** No connection, or it broke. */
        UNREACHABLE,
        /** No answer in time. */
        TIMEOUT,
        /** The provider refuses our own credentials or request: 401, 403, other 4xx. */
        REFUSED,
        /** The provider asks for fewer requests. */
        RATE_LIMITED,
        SERVER_ERROR,
        /** An answer that is not what the provider's API promises. */
        MALFORMED,
        /** So many subjects have lost their standing at once that it is not believed yet. */
        IMPLAUSIBLE,
        /** Our own limit on requests leaves no room in time. */
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
