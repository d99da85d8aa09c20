package io.scopeguard.provider;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Map;
import java.util.Set;

/**
 * The grants of a subject in one place: in an organization, or outside of organizations.
 *
 * @param roles ids of the roles held
 * @param direct scopes granted without a role, or expanded from roles by the provider
 * @since 0.1
 */
public record Grants(Set<String> roles, Map<Audience, Scopes> direct) {

    private static final Grants NONE = new Grants(Set.of(), Map.of());

    /** Copies the collections. */
    public Grants {
        roles = Set.copyOf(roles);
        direct = Map.copyOf(direct);
    }

    /** No grants. */
    public static Grants none() {
        return NONE;
    }

    /** Grants by roles only. */
    public static Grants ofRoles(Set<String> roles) {
        return roles.isEmpty() ? NONE : new Grants(roles, Map.of());
    }

    /** Whether nothing was granted. */
    public boolean isEmpty() {
        return roles.isEmpty() && direct.isEmpty();
    }
}
