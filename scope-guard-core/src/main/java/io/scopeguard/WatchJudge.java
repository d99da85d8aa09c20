package io.scopeguard;

import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a granted access is lost. Only an observed loss ends an access; unknown permissions end none. Thread-safe.
 */
final class WatchJudge {

    private final ScopeGuardSettings settings;
    private final ScopeGuardSettings enforcing;
    private final RoleRules roles;
    private final PermissionCache permissions;
    private final RereadPolicy rereads;
    private final SteadyClock clock;

    WatchJudge(
            ScopeGuardSettings settings,
            Supplier<Roles> watchedRoles,
            PermissionCache permissions,
            RereadPolicy rereads,
            SteadyClock clock) {
        this.settings = settings;
        this.enforcing = settings.enforcing();
        this.roles = new RoleRules(enforcing, watchedRoles);
        this.permissions = permissions;
        this.rereads = rereads;
        this.clock = clock;
    }

    boolean isEnforced() {
        return settings.mode() == Mode.ENFORCE;
    }

    /**
     * The freshness that keeps the facts behind a grant in use. A requirement with a maximum age of {@code 0s} is watched like one
     * without a maximum age.
     */
    KeyUse.Key key(Decision granted) {
        Duration own = settings.ownBound(granted.request());
        return new KeyUse.Key(permissionKey(granted), own == null || own.isZero() ? settings.maxAge() : own);
    }

    private PermissionKey permissionKey(Decision granted) {
        return PermissionKey.of(granted.token()).with(roles.interest(granted.token(), granted.request()));
    }

    /** The loss that follows from the last reads, without I/O and without waiting. */
    boolean isSuspect(Decision granted) {
        AccessToken token = granted.token();
        LivePermissions seen = permissions.lastSeen(permissionKey(granted), token.scopes());
        return seen != null && loss(granted, seen) != null;
    }

    /**
     * The loss according to another decision about the same request, or {@code null} without a loss. In the modes that deny
     * nothing, a loss is a denial that {@link Mode#ENFORCE} would make.
     */
    @Nullable
    Denial confirmed(Decision again) {
        if (isEnforced()) {
            return isLoss(again.denial()) ? again.denial() : null;
        }
        LivePermissions live = again.live();
        return live == null ? null : loss(again, live);
    }

    private @Nullable Denial loss(Decision decision, LivePermissions live) {
        AccessToken token = decision.token();
        AccessRequest request = decision.request();
        long now = clock.nanos();
        BelievedLosses losses = rereads.losses(token, live, now);
        Denial ofScopes = Verdict.lost(token, request, losses);
        RoleRequirement required = request.roles();
        if (ofScopes != null || required == null) {
            return ofScopes;
        }
        LivePermissions newer = rereads.isReadAfter(token, live, now) ? live : null;
        Denial ofRoles = roles.denial(token.roles(required.kind()), required, newer, losses.roles(required.kind()));
        return isLoss(ofRoles) ? ofRoles : null;
    }

    private static boolean isLoss(@Nullable Denial denial) {
        return denial != null
                && switch (denial) {
                    case INSUFFICIENT_SCOPE, INSUFFICIENT_ROLE, NOT_A_MEMBER, SUBJECT_INACTIVE -> true;
                    case ORGANIZATION_MISMATCH, WRONG_TOKEN_KIND, PERMISSIONS_UNAVAILABLE -> false;
                };
    }

    /** Marks the facts behind a key as used, and starts background reads of facts that are old or reported to have changed. */
    void refresh(KeyUse.Key key) {
        permissions.refresh(key.permissions(), freshness(key));
    }

    /**
     * Marks the facts behind a key as used, and starts background reads of old facts and of those that a loss of a scope or role
     * of the token waits for.
     *
     * @return whether there are such facts
     */
    boolean refresh(KeyUse.Key key, Decision granted) {
        return permissions.refreshForLoss(
                key.permissions(), freshness(key), granted.token().scopes());
    }

    private Freshness freshness(KeyUse.Key key) {
        return Freshness.of(key.maxAge(), settings.maxStale(), clock.nanos());
    }
}
