package io.scopeguard.remedy;

import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;

/**
 * That a token differs from live permissions.
 *
 * @param drift how, as far as it matters to the answer
 * @param isSettled whether the permissions were certainly read after the token was issued
 */
public record Finding(AccessToken token, LivePermissions live, ScopeDrift drift, boolean isSettled) {

    /** The same, of what is missing only these scopes. */
    public Finding missingOnly(Scopes scopes) {
        return new Finding(token, live, drift.missingOnly(scopes), isSettled);
    }
}
