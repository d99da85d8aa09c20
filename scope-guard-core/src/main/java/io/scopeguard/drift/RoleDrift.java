package io.scopeguard.drift;

import io.scopeguard.role.Roles;

/**
 * How the roles of a token differ from those that its subject holds now. A token that carries no roles does not differ.
 *
 * @param demoted roles that the token carries and the subject does not hold any more
 * @param promoted roles that the subject holds and the token lacks
 */
public record RoleDrift(Roles demoted, Roles promoted) {

    private static final RoleDrift NONE = new RoleDrift(Roles.none(), Roles.none());

    /** No difference. */
    public static RoleDrift none() {
        return NONE;
    }

    /** The same, of the promoted roles only these. */
    public RoleDrift promotedOnly(Roles roles) {
        return new RoleDrift(demoted, promoted.and(roles));
    }

    public boolean isEmpty() {
        return demoted.isEmpty() && promoted.isEmpty();
    }
}
