package io.scopeguard;

import io.scopeguard.annotation.Internal;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.provider.Standing;
import io.scopeguard.remedy.RemedyAdvice;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;

/**
 * Grant or denial: a pure function of settings, token, request and live permissions.
 *
 * @param denial the reason for a denial, or {@code null} for a grant
 * @param effective the scopes that count
 * @param grantable the missing scopes that a token could carry, if scopes are missing
 * @hidden
 */
@Internal
public record Verdict(@Nullable Denial denial, Scopes effective, Scopes grantable) {

    /** The verdict by the token's scopes, if the policy lets the token decide. */
    public static Verdict withoutLive(ScopeGuardSettings settings, Scopes carried, AccessRequest request) {
        ScopeRequirement requirement = request.requirement();
        return requirement == null || requirement.isMetBy(carried)
                ? byPolicy(settings, requirement, carried)
                : insufficient(carried, requirement.scopes());
    }

    /** The verdict by a token that is so young that it counts as a read. */
    static Verdict byToken(AccessToken token) {
        return granted(token.scopes());
    }

    /**
     * The verdict if the token may carry scopes that count in organizations only, and it is unknown whether the subject holds them
     * globally. Such scopes do not count.
     *
     * @param certain the token's other scopes
     */
    static Verdict withPossiblyLeaked(
            ScopeGuardSettings settings, AccessToken token, AccessRequest request, Scopes certain) {
        ScopeRequirement requirement = request.requirement();
        boolean needsLeaked =
                requirement != null && requirement.isMetBy(token.scopes()) && !requirement.isMetBy(certain);
        return needsLeaked
                ? denied(Denial.PERMISSIONS_UNAVAILABLE)
                : withoutLive(settings, requirement == null ? certain : token.scopes(), request);
    }

    /**
     * The verdict by the token's scopes without the believed losses: live permissions are unknown, but a believed loss still binds
     * the token.
     */
    static Verdict byLosses(
            ScopeGuardSettings settings, AccessToken token, AccessRequest request, BelievedLosses losses) {
        if (settings.mode() != Mode.ENFORCE) {
            return withoutLive(settings, token.scopes(), request);
        }
        Scopes effective = token.scopes().minus(losses.scopes());
        Denial lost = lost(token, request, losses);
        if (lost == null) {
            return withoutLive(settings, effective, request);
        }
        return lost == Denial.INSUFFICIENT_SCOPE ? insufficient(effective, Scopes.none()) : denied(lost);
    }

    /** The reason to deny a request that the token alone would permit, or {@code null} if there is none. */
    static @Nullable Denial lost(AccessToken token, AccessRequest request, BelievedLosses losses) {
        Denial ofStanding = lostStanding(request, losses.standing());
        ScopeRequirement requirement = request.requirement();
        if (ofStanding != null || requirement == null || !requirement.isMetBy(token.scopes())) {
            return ofStanding;
        }
        return requirement.isMetBy(token.scopes().minus(losses.scopes())) ? null : Denial.INSUFFICIENT_SCOPE;
    }

    /** The verdict if the permissions are unknown and the policy must not let the token decide. */
    static Verdict unavailable() {
        return denied(Denial.PERMISSIONS_UNAVAILABLE);
    }

    /**
     * The verdict by live permissions, as far as the mode allows.
     *
     * @param carried the token's scopes
     * @param effectiveByLive scopes that the token carries and that count now
     */
    public static Verdict byLive(
            ScopeGuardSettings settings,
            Scopes carried,
            AccessRequest request,
            LivePermissions live,
            Scopes effectiveByLive) {
        boolean enforced = settings.mode() == Mode.ENFORCE;
        Denial lost = enforced ? lostStanding(request, live.standing()) : null;
        if (lost != null) {
            return denied(lost);
        }
        Scopes effective = enforced ? effectiveByLive : carried;
        ScopeRequirement requirement = request.requirement();
        return requirement == null || requirement.isMetBy(effective)
                ? granted(effective)
                : insufficient(effective, requirement.grantable(live.granted()));
    }

    /** This verdict, unless roles are missing. */
    Verdict andRoles(@Nullable Denial ofRoles) {
        return denial != null || ofRoles == null ? this : new Verdict(ofRoles, effective, Scopes.none());
    }

    Decision decision(AccessToken token, AccessRequest request, @Nullable LivePermissions live, ScopeDrift drift) {
        return new Decision(token, request, denial, live, drift, effective, grantable, RemedyAdvice.none());
    }

    private static @Nullable Denial lostStanding(AccessRequest request, Standing standing) {
        return switch (standing) {
            case ACTIVE -> null;
            case NOT_A_MEMBER, ORGANIZATION_INACTIVE -> request.organization().isBound() ? Denial.NOT_A_MEMBER : null;
            case SUSPENDED, UNKNOWN_SUBJECT -> Denial.SUBJECT_INACTIVE;
        };
    }

    private static Verdict byPolicy(
            ScopeGuardSettings settings, @Nullable ScopeRequirement requirement, Scopes effective) {
        WhenUnknown own = requirement == null ? null : requirement.whenUnknown();
        boolean deny = settings.mode() == Mode.ENFORCE && settings.whenUnknown(own) == WhenUnknown.DENY;
        return deny ? denied(Denial.PERMISSIONS_UNAVAILABLE) : granted(effective);
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
