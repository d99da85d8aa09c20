package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Standing;
import io.scopeguard.scope.Audience;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Standing and roles. All subjects with the same roles share one instance, including the resolved scopes, which are computed once.
 * A scope that is granted without a role is represented by a pseudo-role ({@link RoleTable#direct}). Thread-safe.
 *
 * @hidden
 */
@Internal
public final class Holding {

    private final @Nullable Standing standing;
    private final Set<String> roles;
    private final Map<Audience, Resolved> resolved = new ConcurrentHashMap<>(2);

    private Holding(@Nullable Standing standing, Set<String> roles) {
        this.standing = standing;
        this.roles = Set.copyOf(roles);
    }

    public static Holding of(Membership membership) {
        return new Holding(membership.standing(), roles(membership.grants()));
    }

    /** A standing alone. */
    public static Holding of(Standing standing) {
        return new Holding(standing, Set.of());
    }

    /** Roles alone. */
    public static Holding of(Grants grants) {
        return new Holding(null, roles(grants));
    }

    /** The holding from the history of another process. */
    public static Holding of(FactHistory history) {
        return new Holding(history.standing(), history.roles());
    }

    /** Roles alone, by id. */
    public static Holding ofRoles(Set<String> roles) {
        return new Holding(null, roles);
    }

    private static Set<String> roles(Grants grants) {
        if (grants.direct().isEmpty()) {
            return grants.roles();
        }
        Set<String> roles = new HashSet<>(grants.roles());
        grants.direct()
                .forEach((audience, scopes) -> scopes.forEach(scope -> roles.add(RoleTable.direct(audience, scope))));
        return roles;
    }

    /** The standing, or {@code null} if it is unknown. */
    @Nullable
    Standing standing() {
        return standing;
    }

    public Set<String> roles() {
        return roles;
    }

    /** Whether the standing is known and not {@link Standing#ACTIVE}. */
    public boolean isInactive() {
        return standing != null && standing != Standing.ACTIVE;
    }

    /** Whether this takes away the standing or a role. A subject that was never read is expected to be active. */
    public boolean takesFrom(@Nullable Holding before) {
        if (isInactive()) {
            return before == null || standing != before.standing;
        }
        return before != null && !roles.containsAll(before.roles);
    }

    public boolean takesStandingFrom(@Nullable Holding before) {
        return isInactive() && (before == null || !before.isInactive());
    }

    /** Whether the standing is lost, or the last role. */
    public boolean empties(@Nullable Holding before) {
        return takesStandingFrom(before) || (before != null && roles.isEmpty() && !before.roles.isEmpty());
    }

    /** This holding, plus the roles that only one of the two reads lacks. */
    public Holding sparing(@Nullable Holding before, Holding firstRead) {
        if (before == null || isInactive() || roles.containsAll(firstRead.roles)) {
            return this;
        }
        Set<String> kept = new HashSet<>(firstRead.roles);
        kept.retainAll(before.roles);
        kept.addAll(roles);
        return new Holding(standing, kept);
    }

    public Resolved resolve(Audience audience, RoleTable table) {
        Resolved known = resolved.get(audience);
        if (known != null && known.table() == table) {
            return known;
        }
        Resolved fresh = Resolved.of(roles, audience, table);
        resolved.put(audience, fresh);
        return fresh;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Holding that && standing == that.standing && roles.equals(that.roles);
    }

    @Override
    public int hashCode() {
        return 31 * roles.hashCode() + Objects.hashCode(standing);
    }
}
