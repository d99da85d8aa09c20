package io.scopeguard;

import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;

/**
 * The decision about one request, with everything that led to it. Immutable.
 *
 * @param token the view of the presented token for the organization of the request
 * @param request the request
 * @param denial the reason for the denial, or {@code null} if the request is granted
 * @param live the live permissions, or {@code null} if they were not needed or are unknown
 * @param drift how the token differs from the live permissions, limited to watched scopes and roles
 * @param effective the scopes that count: the token's, reduced to those that hold now
 * @param grantable the scopes to request, if scopes are missing that a better token could carry; else empty
 * @param advice the advice for the client; none in observe mode
 * @since 0.1
 */
public record Decision(
        AccessToken token,
        AccessRequest request,
        @Nullable Denial denial,
        @Nullable LivePermissions live,
        ScopeDrift drift,
        Scopes effective,
        Scopes grantable,
        RemedyAdvice advice) {

    /** A denial that does not depend on the subject, so live permissions are not read. */
    static Decision misplaced(AccessToken token, AccessRequest request, Denial denial) {
        return new Decision(
                token, request, denial, null, ScopeDrift.none(), Scopes.none(), Scopes.none(), RemedyAdvice.none());
    }

    Decision with(RemedyAdvice given) {
        return new Decision(token, request, denial, live, drift, effective, grantable, given);
    }

    Decision withoutDrift() {
        return new Decision(token, request, denial, live, ScopeDrift.none(), effective, grantable, advice);
    }

    public boolean isGranted() {
        return denial == null;
    }

    /** Outcome, kind and fingerprint: nothing else of a decision may be logged. */
    @Override
    public String toString() {
        return (denial == null ? "GRANTED" : denial) + " for " + token;
    }
}
