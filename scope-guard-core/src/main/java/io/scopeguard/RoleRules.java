package io.scopeguard;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.LiveRoles;
import io.scopeguard.permission.RoleInterest;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.token.AccessToken;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides about required roles. A token that carries no roles says nothing about them, so the live roles decide, in every mode. If
 * the token carries roles, they are the upper bound: a role counts if both contain it, and in the modes that deny nothing because
 * of live permissions, the token alone decides. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class RoleRules {

    private final ScopeGuardSettings settings;
    private final Supplier<Roles> watched;

    /** @param watched roles whose drift is reported to clients */
    public RoleRules(ScopeGuardSettings settings, Supplier<Roles> watched) {
        this.settings = settings;
        this.watched = watched;
    }

    /**
     * The roles that are compared for a request. Global roles need additional reads, so they are compared only if the request
     * requires one; then all watched global roles are compared.
     */
    RoleInterest interest(AccessToken token, AccessRequest request) {
        // In most applications. Then the token's roles need not be looked up.
        boolean needsNone =
                request.roles() == null && watched.get().organization().isEmpty();
        return needsNone
                ? RoleInterest.none()
                : interest(token.roles(RoleKind.GLOBAL), token.roles(RoleKind.ORGANIZATION), request.roles());
    }

    /**
     * The roles that are compared for a request with a token that carries these roles.
     *
     * @param global the token's global roles, or {@code null} if it carries none of this kind
     * @param inOrganization the token's organization roles, or {@code null} if it carries none of this kind
     * @param required the roles that the request requires, or {@code null} if it requires none
     */
    public RoleInterest interest(
            @Nullable Set<String> global, @Nullable Set<String> inOrganization, @Nullable RoleRequirement required) {
        Roles declared = watched.get();
        if (required == null
                && (inOrganization == null || declared.organization().isEmpty())) {
            return RoleInterest.none();
        }
        Roles wanted = declared.or(Roles.requiredBy(required));
        boolean needsGlobal = required != null && required.kind() == RoleKind.GLOBAL;
        return RoleInterest.of(
                needsGlobal ? wanted : Roles.of(RoleKind.ORGANIZATION, wanted.organization()), global, inOrganization);
    }

    /**
     * The reason for a denial because of roles, or {@code null} if the roles suffice.
     *
     * @param carried the token's roles of the required kind, or {@code null} if it carries none of this kind
     * @param live the live permissions, or {@code null} if they are unknown
     * @param lost roles of the token that the subject is known to have lost, even though live permissions are unknown
     */
    public @Nullable Denial denial(
            @Nullable Set<String> carried, RoleRequirement required, @Nullable LivePermissions live, Set<String> lost) {
        if (carried != null && !required.isMetBy(carried)) {
            return Denial.INSUFFICIENT_ROLE;
        }
        LiveRoles held = live == null ? null : live.roles(required.kind());
        if (held != null) {
            return isMet(required, carried, held.names()) ? null : Denial.INSUFFICIENT_ROLE;
        }
        if (carried != null && !isMet(required, carried, without(carried, lost))) {
            return Denial.INSUFFICIENT_ROLE;
        }
        return carried == null || isDeniedIfUnknown(required) ? Denial.PERMISSIONS_UNAVAILABLE : null;
    }

    private static Set<String> without(Set<String> carried, Set<String> lost) {
        if (lost.isEmpty()) {
            return carried;
        }
        Set<String> kept = new HashSet<>(carried);
        kept.removeAll(lost);
        return kept;
    }

    private boolean isMet(RoleRequirement required, @Nullable Set<String> carried, Set<String> held) {
        if (carried == null) {
            return required.isMetBy(held);
        }
        if (settings.mode() != Mode.ENFORCE) {
            return true;
        }
        Set<String> effective = new HashSet<>(carried);
        effective.retainAll(held);
        return required.isMetBy(effective);
    }

    private boolean isDeniedIfUnknown(RoleRequirement required) {
        return settings.mode() == Mode.ENFORCE && settings.whenUnknown(required.whenUnknown()) == WhenUnknown.DENY;
    }
}
