package io.scopeguard.provider;

/** How a subject stands with the provider, and in the organization where one is asked about. */
public enum Standing {
    /** Known, not suspended, and a member of the organization asked about. */
    ACTIVE,
    /** Known and not suspended, but not a member of the organization asked about. */
    NOT_A_MEMBER,
    /** The organization itself is disabled or deleted, so its members have no permissions in it. */
    ORGANIZATION_INACTIVE,
    SUSPENDED,
    /** The provider does not know the subject, any more or at all. */
    UNKNOWN_SUBJECT;

    /** Whether the standing is the same in every organization. */
    public boolean isEverywhere() {
        return this == SUSPENDED || this == UNKNOWN_SUBJECT;
    }
}
