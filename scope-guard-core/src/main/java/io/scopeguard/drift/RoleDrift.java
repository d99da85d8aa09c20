package io.scopeguard.drift;

import io.scopeguard.role.Roles;

/**
 * The difference between the roles of a token and those that its subject holds now. A token without roles has no drift of roles.
 *
 * @param demoted roles that the token carries and the subject does not hold any more
 * @param promoted roles that the subject holds and the token lacks
 * @since 0.1
 */
public record RoleDrift(Roles demoted, Roles promoted) {

    private static final RoleDrift NONE = new RoleDrift(Roles.none(), Roles.none());

    /** No difference. */
    public static RoleDrift none() {
        return NONE;
    }

    /** The same drift, with only these of the promoted roles. */
    public RoleDrift promotedOnly(Roles roles) {
        return new RoleDrift(demoted, promoted.and(roles));
    }

    public boolean isEmpty() {
        return demoted.isEmpty() && promoted.isEmpty();
    }
}
