package io.scopeguard.provider;

/**
 * A subject in one organization.
 *
 * @param standing {@link Standing#ACTIVE} means that the provider also states that the subject is not suspended
 * @param grants empty unless the standing is {@link Standing#ACTIVE}
 * @since 0.1
 */
public record Membership(Standing standing, Grants grants) {

    /**
     * @throws IllegalArgumentException if a subject without standing has grants
     */
    public Membership {
        if (standing != Standing.ACTIVE && !grants.isEmpty()) {
            throw new IllegalArgumentException("a subject without standing has no grants");
        }
    }

    /** An active member. */
    public static Membership of(Grants grants) {
        return new Membership(Standing.ACTIVE, grants);
    }

    /** No active membership, for this reason. */
    public static Membership none(Standing standing) {
        return new Membership(standing, Grants.none());
    }
}
