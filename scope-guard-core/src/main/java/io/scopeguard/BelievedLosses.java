package io.scopeguard;

import io.scopeguard.drift.RoleDrift;
import io.scopeguard.drift.ScopeDrift;
import io.scopeguard.drift.TokenTraits;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.LiveRoles;
import io.scopeguard.permission.PermissionHistory;
import io.scopeguard.provider.Standing;
import io.scopeguard.remedy.DriftFinding;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.AccessToken;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a token carries although its subject has lost it, according to permissions of any age. It binds the token also while live
 * permissions are unknown. Immutable.
 */
final class BelievedLosses {

    private final AccessToken token;
    private final LivePermissions seen;
    private final Predicate<OptionalLong> binds;

    /**
     * @param seen the last known permissions
     * @param binds whether a loss that was observed at this time binds the token; the time is empty if the loss was not observed
     */
    BelievedLosses(AccessToken token, LivePermissions seen, Predicate<OptionalLong> binds) {
        this.token = token;
        this.seen = seen;
        this.binds = binds;
    }

    /** {@link Standing#ACTIVE} unless the subject has lost its standing. */
    Standing standing() {
        return isActive() || !binds.test(history().standingLostAt()) ? Standing.ACTIVE : seen.standing();
    }

    /** The lost scopes of the token. */
    Scopes scopes() {
        return token.scopes()
                .minus(seen.granted())
                .where(scope -> binds.test(history().lostAt(scope)));
    }

    /** The lost roles of the token, among those that matter to the request. */
    Set<String> roles(RoleKind kind) {
        Set<String> carried = token.roles(kind);
        LiveRoles held = carried == null ? null : seen.roles(kind);
        if (carried == null || held == null) {
            return Set.of();
        }
        Set<String> lost = new HashSet<>(carried);
        lost.removeAll(held.names());
        lost.removeIf(role -> !binds.test(held.lostAt(role)));
        return lost;
    }

    /** The lost scopes, and those of the lost roles that the request requires, as drift of the token. */
    DriftFinding finding(AccessRequest request) {
        RoleRequirement required = request.roles();
        Roles lost = required == null ? Roles.none() : Roles.of(required.kind(), lostOf(required));
        ScopeDrift drift = new ScopeDrift(scopes(), Scopes.none(), Scopes.none())
                .with(lost.isEmpty() ? RoleDrift.none() : new RoleDrift(lost, Roles.none()));
        return new DriftFinding(TokenTraits.of(token), history(), seen::roles, drift);
    }

    private Set<String> lostOf(RoleRequirement required) {
        Set<String> lost = new HashSet<>(roles(required.kind()));
        lost.retainAll(required.roles());
        return lost;
    }

    private boolean isActive() {
        return seen.standing() == Standing.ACTIVE;
    }

    private PermissionHistory history() {
        return seen.history();
    }
}
