package io.scopeguard.drift;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.scope.Scopes;

/**
 * The comparison of a token's scopes with live permissions. It depends on nothing else, so it is computed again only if one of the
 * two changes. Immutable.
 *
 * @param effective scopes that the token carries and that count
 * @param demoted scopes that the token carries and a new token could not carry
 * @param missing scopes that count and that the token lacks. Scopes that could be issued but do not count are not missing: a
 *     request that requires them would still be denied.
 * @hidden
 */
@Internal
public record ScopeComparison(Scopes effective, Scopes demoted, Scopes missing) {

    /** Compares the scopes of a token with the permissions of its subject, for tokens of its kind. */
    public static ScopeComparison of(Scopes held, LivePermissions live) {
        return new ScopeComparison(
                held.and(live.granted()),
                held.minus(live.issuable()),
                live.granted().minus(held));
    }

    boolean isWithoutDifference() {
        return demoted.isEmpty() && missing.isEmpty();
    }
}
