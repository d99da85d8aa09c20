package io.scopeguard.remedy;

import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;

/**
 * A token that differs from live permissions which were certainly read after it was issued.
 *
 * @param history when its subject gained and lost scopes
 * @param drift the difference, as far as it matters to the response
 */
public record DriftFinding(AccessToken token, PermissionHistory history, ScopeDrift drift) {

    /** The same finding, reduced to these missing scopes. */
    public DriftFinding missingOnly(Scopes scopes) {
        return new DriftFinding(token, history, drift.missingOnly(scopes));
    }
}
