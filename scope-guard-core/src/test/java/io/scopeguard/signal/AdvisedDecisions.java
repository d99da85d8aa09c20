package io.scopeguard.signal;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.StandalonePermissions;
import io.scopeguard.token.AccessToken;

/** Granted decisions with advice for a header. */
final class AdvisedDecisions {

    private AdvisedDecisions() {}

    /** A decision about a request without requirements, with live permissions from noon. */
    static Decision of(AccessToken token, ScopeDrift drift, RemedyAdvice advice) {
        return new Decision(
                token,
                new AccessRequest(RequestedOrganization.OF_TOKEN, null),
                null,
                StandalonePermissions.of(Scopes.none(), MovableClock.NOON, 0),
                drift,
                Scopes.none(),
                Scopes.none(),
                advice);
    }
}
