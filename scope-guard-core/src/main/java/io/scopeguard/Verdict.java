package io.scopeguard;

import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.Standing;
import io.scopeguard.remedy.Advice;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;

/**
 * Grant or denial: a pure function of settings, token, request and live permissions.
 *
 * @param grantable what a token would have to carry and could, where that is what is missing
 */
record Verdict(@Nullable Denial denial, Scopes effective, Scopes grantable) {

    /** By what the token says, where the policy takes that for enough. */
    static Verdict withoutLive(ScopeGuardSettings settings, AccessToken token, AccessRequest request) {
        ScopeRequirement requirement = request.requirement();
        if (requirement != null && !requirement.isMetBy(token.scopes())) {
            return insufficient(token.scopes(), requirement.scopes());
        }
        boolean deny = settings.mode() == Mode.ENFORCE && settings.whenUnknown(requirement) == WhenUnknown.DENY;
        return deny ? denied(Denial.PERMISSIONS_UNAVAILABLE) : granted(token.scopes());
    }

    /** By what holds now, as far as the mode lets it reach. */
    static Verdict byLive(ScopeGuardSettings settings, AccessToken token, AccessRequest request, LivePermissions live) {
        boolean enforced = settings.mode() == Mode.ENFORCE;
        if (enforced && isInactive(live.standing())) {
            return denied(Denial.SUBJECT_INACTIVE);
        }
        if (enforced
                && live.standing() == Standing.NOT_A_MEMBER
                && request.organization().isBound()) {
            return denied(Denial.NOT_A_MEMBER);
        }
        Scopes effective = enforced ? token.scopes().and(live.granted()) : token.scopes();
        ScopeRequirement requirement = request.requirement();
        return requirement == null || requirement.isMetBy(effective)
                ? granted(effective)
                : insufficient(effective, grantable(requirement, live.granted()));
    }

    Decision decision(AccessToken token, AccessRequest request, @Nullable LivePermissions live, ScopeDrift drift) {
        return new Decision(token, request, denial, live, drift, effective, grantable, Advice.none());
    }

    private static boolean isInactive(Standing standing) {
        return standing == Standing.SUSPENDED || standing == Standing.UNKNOWN_SUBJECT;
    }

    /** All that the operation needs, if all is there to be had; of alternatives those that are. */
    private static Scopes grantable(ScopeRequirement requirement, Scopes granted) {
        if (requirement.match() == Match.ANY) {
            return requirement.scopes().and(granted);
        }
        return requirement.isMetBy(granted) ? requirement.scopes() : Scopes.none();
    }

    private static Verdict granted(Scopes effective) {
        return new Verdict(null, effective, Scopes.none());
    }

    private static Verdict insufficient(Scopes effective, Scopes grantable) {
        return new Verdict(Denial.INSUFFICIENT_SCOPE, effective, grantable);
    }

    private static Verdict denied(Denial denial) {
        return new Verdict(denial, Scopes.none(), Scopes.none());
    }
}
