package io.scopeguard.logto;

/** Logto answered, and refuses what it was asked with these settings: waiting does not help, changing a setting does. */
public final class LogtoAccessException extends RuntimeException {

    /** Which setting is wrong. */
    public enum Refusal {
        /** There is no application of this id. */
        UNKNOWN_APPLICATION,
        /** The application has another secret, or none because it is a single-page or native one. */
        WRONG_SECRET,
        /** The application is of a kind that gets no tokens for itself: a web application, say. */
        NOT_MACHINE_TO_MACHINE,
        /** The tenant has no such resource as the one taken for its Management API. */
        UNKNOWN_MANAGEMENT_RESOURCE,
        /** The application lacks the role that gives access to the Management API. */
        NO_MANAGEMENT_ACCESS,
        /** The Management API does not accept tokens of this endpoint. */
        TOKEN_NOT_ACCEPTED,
        /** What Logto calls itself in the tokens it issues is not among the accepted issuers. */
        OTHER_ISSUER
    }

    private final Refusal refusal;

    LogtoAccessException(Refusal refusal, String message) {
        super(message);
        this.refusal = refusal;
    }

    public Refusal refusal() {
        return refusal;
    }
}
