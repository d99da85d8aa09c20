package io.scopeguard.drift;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.LiveRoles;
import io.scopeguard.role.RoleKind;
import io.scopeguard.role.Roles;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds how the roles of a token differ from live roles: a pure function of the two.
 *
 * @hidden
 */
@Internal
public final class RoleDriftDetector {

    private RoleDriftDetector() {}

    /**
     * The drift between a token and the roles of its subject.
     *
     * @param carriedRoles the names of the token's roles, or {@code null} if it carries no roles of a kind
     * @param wanted the names of the roles to compare; others are ignored
     */
    public static RoleDrift detect(
            Function<RoleKind, @Nullable Set<String>> carriedRoles, LivePermissions live, Roles wanted) {
        RoleDrift drift = RoleDrift.none();
        for (RoleKind kind : RoleKind.values()) {
            Set<String> carried = carriedRoles.apply(kind);
            LiveRoles held = carried == null || wanted.of(kind).isEmpty() ? null : live.roles(kind);
            if (carried != null && held != null) {
                Roles demoted = Roles.of(kind, difference(carried, held.names(), wanted.of(kind)));
                Roles promoted = Roles.of(kind, difference(held.names(), carried, wanted.of(kind)));
                drift = new RoleDrift(
                        drift.demoted().or(demoted), drift.promoted().or(promoted));
            }
        }
        return drift.isEmpty() ? RoleDrift.none() : drift;
    }

    /** The wanted names in the first set that are not in the second. */
    private static Set<String> difference(Set<String> first, Set<String> second, Set<String> wanted) {
        Set<String> names = new HashSet<>(first);
        names.retainAll(wanted);
        names.removeAll(second);
        return names;
    }
}
