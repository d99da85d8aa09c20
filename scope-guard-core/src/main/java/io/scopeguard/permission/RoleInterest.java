package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which roles matter beside scopes. Organization roles come with every membership; global roles cost reads of their own, and are
 * read only for requests that need them.
 *
 * @param wanted names of the roles that matter; whether others are held may be unknown
 * @param held those of them that the token carries: if the first read lacks some of them, they are read a second time
 * @hidden
 */
@Internal
public record RoleInterest(Roles wanted, Roles held) {

    private static final RoleInterest NONE = new RoleInterest(Roles.none(), Roles.none());

    /** No roles matter. */
    public static RoleInterest none() {
        return NONE;
    }

    /**
     * The interest in some roles, for a token.
     *
     * @param global the global roles of the token, or {@code null} if it carries none
     * @param organization its organization roles, likewise
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

    /** Whether no role matters. */
    public boolean isNone() {
        return wanted.isEmpty();
    }

    /** Whether the subject's global roles are part of the question. */
    boolean needsGlobalRoles() {
        return !wanted.of(RoleKind.GLOBAL).isEmpty();
    }
}
