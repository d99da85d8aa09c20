package io.scopeguard.permission;

/** How a subject stands with the provider, and in the organization where one is asked about. */
public enum Standing {
    /** Known, not suspended, and a member of the organization asked about. */
    ACTIVE,
    /** Known and not suspended, but not a member of the organization asked about. */
    NOT_A_MEMBER,
    SUSPENDED,
    /** The provider does not know the subject, any more or at all. */
    UNKNOWN_SUBJECT;

    /** Whether the subject stands like that in every organization, whichever was asked about. */
    boolean isEverywhere() {
        return this == SUSPENDED || this == UNKNOWN_SUBJECT;
    }
}
