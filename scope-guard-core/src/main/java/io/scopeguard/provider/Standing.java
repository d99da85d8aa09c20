package io.scopeguard.provider;

/**
 * The standing of a subject at the provider and, if the question is about an organization, in the organization.
 *
 * @since 0.1
 */
public enum Standing {
    /** Known, not suspended, and a member of the organization in question. */
    ACTIVE,
    /** Known and not suspended, but not a member of the organization in question. */
    NOT_A_MEMBER,
    /** The organization itself is disabled or deleted, so its members have no permissions in it. */
    ORGANIZATION_INACTIVE,
    SUSPENDED,
    /** The provider no longer knows the subject, or never did. */
    UNKNOWN_SUBJECT;

    /** Whether the standing is the same in every organization. */
    public boolean isEverywhere() {
        return this == SUSPENDED || this == UNKNOWN_SUBJECT;
    }
}
