package io.scopeguard.permission;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a holder holds: standing and roles, by their ids. What the roles mean is told apart.
 *
 * @param standing without {@link Standing#ACTIVE} there are no roles
 * @param roles those within the organization
 * @param globalRoles those outside of organizations
 * @param stray roles of organizations whose scopes a token may carry though they do not count
 */
public record Holdings(Standing standing, Set<String> roles, Set<String> globalRoles, Set<String> stray) {

    /** Copies the sets. */
    public Holdings {
        roles = Set.copyOf(roles);
        globalRoles = Set.copyOf(globalRoles);
        stray = Set.copyOf(stray);
    }

    /** Roles within an organization. */
    public static Holdings of(Set<String> roles) {
        return new Holdings(Standing.ACTIVE, roles, Set.of(), Set.of());
    }

    /** Roles within an organization, and global ones. */
    public static Holdings of(Set<String> roles, Set<String> globalRoles) {
        return new Holdings(Standing.ACTIVE, roles, globalRoles, Set.of());
    }

    /** Nothing, for this reason. */
    public static Holdings none(Standing standing) {
        return new Holdings(standing, Set.of(), Set.of(), Set.of());
    }

    /** The part that every member has, and all where there is no standing. */
    Holdings withinOrganization() {
        return new Holdings(standing, roles, Set.of(), Set.of());
    }

    /** The same beyond the organization, and there as it is now; {@code null} if that is not known of somebody who is back. */
    @Nullable
    Holdings movedTo(Holdings within) {
        if (within.standing != Standing.ACTIVE) {
            return within;
        }
        return standing == Standing.ACTIVE ? new Holdings(standing, within.roles, globalRoles, stray) : null;
    }

    /** Whether this takes something away from what was held before: standing, or a role. */
    boolean shrinks(Holdings before) {
        boolean losesStanding = standing != Standing.ACTIVE && standing != before.standing;
        return losesStanding
                || !roles.containsAll(before.roles)
                || !globalRoles.containsAll(before.globalRoles)
                || !(stray.containsAll(before.stray) || roles.containsAll(before.stray));
    }
}
