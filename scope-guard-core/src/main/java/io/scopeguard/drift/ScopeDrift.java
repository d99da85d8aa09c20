package io.scopeguard.drift;

import io.scopeguard.scope.Scopes;

/**
 * The difference between a token and the live permissions of its subject. The three sets of scopes are disjoint.
 *
 * @param demoted scopes that the token carries and a new token would not carry
 * @param promoted watched scopes that were granted to the subject, and that the token lacks
 * @param introduced watched scopes that were granted to the subject and that the token lacks, created after the token was issued
 * @param roles the drift of watched roles
 * @since 0.1
 */
public record ScopeDrift(Scopes demoted, Scopes promoted, Scopes introduced, RoleDrift roles) {

    private static final ScopeDrift NONE = new ScopeDrift(Scopes.none(), Scopes.none(), Scopes.none());

    /** Drift of scopes only. */
    public ScopeDrift(Scopes demoted, Scopes promoted, Scopes introduced) {
        this(demoted, promoted, introduced, RoleDrift.none());
    }

    /** No drift. */
    public static ScopeDrift none() {
        return NONE;
    }

    public boolean isEmpty() {
        return demoted.isEmpty() && promoted.isEmpty() && introduced.isEmpty() && roles.isEmpty();
    }

    /** The scopes that the token lacks, promoted or introduced. */
    public Scopes missing() {
        return promoted.or(introduced);
    }

    /** The same drift, with only these of the missing scopes. */
    public ScopeDrift missingOnly(Scopes scopes) {
        return new ScopeDrift(demoted, promoted.and(scopes), introduced.and(scopes), roles);
    }

    /** This drift of scopes, with a drift of roles. */
    public ScopeDrift with(RoleDrift ofRoles) {
        return ofRoles.equals(roles) ? this : new ScopeDrift(demoted, promoted, introduced, ofRoles);
    }
}
