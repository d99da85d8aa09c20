package io.scopeguard;

import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.remedy.Advice;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request, and everything that led to it. Immutable.
 *
 * @param token what was presented: the view of the organization that the request is about
 * @param request what was asked for
 * @param denial why it is refused, or {@code null} if it is granted
 * @param live what holds now, or {@code null} if that was not needed or cannot be told
 * @param drift how the token differs from that, as far as it is watched
 * @param effective the scopes that count: the token's, reduced to those that hold now
 * @param grantable where scopes are missing and a better token could carry them: what to ask for; else empty
 * @param advice what to tell the client; nothing in observe mode
 */
public record Decision(
        AccessToken token,
        AccessRequest request,
        @Nullable Denial denial,
        @Nullable LivePermissions live,
        ScopeDrift drift,
        Scopes effective,
        Scopes grantable,
        Advice advice) {

    /** What would be refused whoever the subject is: nobody is looked up for that. */
    static Decision misplaced(AccessToken token, AccessRequest request, Denial denial) {
        return new Decision(
                token, request, denial, null, ScopeDrift.none(), Scopes.none(), Scopes.none(), Advice.none());
    }

    Decision with(Advice given) {
        return new Decision(token, request, denial, live, drift, effective, grantable, given);
    }

    Decision withoutDrift() {
        return new Decision(token, request, denial, live, ScopeDrift.none(), effective, grantable, advice);
    }

    public boolean isGranted() {
        return denial == null;
    }

    /** Outcome, kind and fingerprint: the rest of a decision belongs in no log. */
    @Override
    public String toString() {
        return (denial == null ? "GRANTED" : denial) + " for " + token;
    }
}
