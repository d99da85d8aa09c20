package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The roles that are relevant in addition to scopes. A membership contains the organization roles; global roles need additional
 * reads, and are read only for requests that need them.
 *
 * @param wanted names of the relevant roles; whether others are held may be unknown
 * @param held the wanted roles that the token carries: if the first read lacks some of them, it is confirmed by a second read
 * @hidden
 */
@Internal
public record RoleInterest(Roles wanted, Roles held) {

    private static final RoleInterest NONE = new RoleInterest(Roles.none(), Roles.none());

    /** No roles are relevant. */
    public static RoleInterest none() {
        return NONE;
    }

    /**
     * The interest in some roles, for a token.
     *
     * @param global the token's global roles, or {@code null} if it carries none
     * @param organization the token's organization roles, or {@code null} if it carries none
     */
    public static RoleInterest of(Roles wanted, @Nullable Set<String> global, @Nullable Set<String> organization) {
        return wanted.isEmpty()
                ? NONE
                : new RoleInterest(
                        wanted, new Roles(and(wanted.global(), global), and(wanted.organization(), organization)));
    }

    private static Set<String> and(Set<String> wanted, @Nullable Set<String> carried) {
        return carried == null
                ? Set.of()
                : wanted.stream().filter(carried::contains).collect(Collectors.toSet());
    }

    /** Whether no role is relevant. */
    public boolean isNone() {
        return wanted.isEmpty();
    }

    /** Whether global roles are relevant. */
    boolean needsGlobalRoles() {
        return !wanted.of(RoleKind.GLOBAL).isEmpty();
    }
}
