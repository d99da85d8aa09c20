package io.scopeguard.role;

import io.scopeguard.scope.ScopeRequirement.Match;
import io.scopeguard.scope.WhenUnknown;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The roles that an operation requires: all or any of them, compared with live roles of a certain freshness. If a token has no
 * claim for roles, the live roles decide. If the token carries roles, a role counts if both the token and the live roles contain
 * it.
 *
 * @param kind the kind of the roles
 * @param match whether all of the roles are needed or one is enough
 * @param roles names, at least one
 * @param maxAge the maximum age of the live roles, a strict limit; zero reads them now; {@code null} for the guard's settings
 * @param whenUnknown whether a token that carries the roles decides if the live roles are unknown; {@code null} for the guard's
 *     settings. A token that does not carry them never decides.
 * @since 0.1
 */
public record RoleRequirement(
        RoleKind kind,
        Match match,
        Set<String> roles,
        @Nullable Duration maxAge,
        @Nullable WhenUnknown whenUnknown) {

    /**
     * Copies the roles.
     *
     * @throws IllegalArgumentException if there is no role, one has a blank name, or the age is negative
     */
    public RoleRequirement {
        roles = Set.copyOf(roles);
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("a requirement names at least one role");
        }
        if (roles.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("the name of a role must not be blank");
        }
        if (maxAge != null && maxAge.isNegative()) {
            throw new IllegalArgumentException("maxAge must not be negative, but is " + maxAge);
        }
    }

    /** Requires each of the roles. */
    public static RoleRequirement allOf(RoleKind kind, String... roles) {
        return new RoleRequirement(kind, Match.ALL, Set.of(roles), null, null);
    }

    /** Requires at least one of the roles. */
    public static RoleRequirement anyOf(RoleKind kind, String... roles) {
        return new RoleRequirement(kind, Match.ANY, Set.of(roles), null, null);
    }

    /** The same requirement, with this maximum age of live roles. */
    public RoleRequirement withMaxAge(Duration age) {
        return new RoleRequirement(kind, match, roles, age, whenUnknown);
    }

    /** The same requirement, with its own policy for unknown live roles. */
    public RoleRequirement withWhenUnknown(WhenUnknown policy) {
        return new RoleRequirement(kind, match, roles, maxAge, policy);
    }

    public boolean isMetBy(Set<String> held) {
        return match == Match.ALL ? held.containsAll(roles) : roles.stream().anyMatch(held::contains);
    }
}
