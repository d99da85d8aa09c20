package io.scopeguard.logto;

import io.scopeguard.provider.TokenClaims;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The roles that a custom claims script puts into access tokens: {@code roles} lists the names of global roles, and
 * {@code organization_roles} lists {@code <organization id>:<role name>}, as Logto's ID tokens do. The objects that a script finds
 * in its context ({@code roles} with {@code name}, {@code organizationRoles} with {@code organizationId} and {@code roleName}) are
 * accepted as well. A claim of any other form belongs to the application and contains nothing about roles.
 */
final class RoleClaims {

    private RoleClaims() {}

    /** The names of global roles, or {@code null} if the token does not list them. */
    static @Nullable Set<String> global(TokenClaims claims) {
        Set<String> names = new HashSet<>();
        for (Object role : list(claims, "roles")) {
            String name = role instanceof Map<?, ?> members ? text(members, "name") : text(role);
            if (name == null) {
                return null;
            }
            names.add(name);
        }
        return claims.asMap().get("roles") instanceof List<?> ? names : null;
    }

    /** The names of the roles in an organization, or {@code null} if the token does not list roles in organizations. */
    static @Nullable Set<String> in(String organization, TokenClaims claims) {
        Set<String> qualified = new HashSet<>();
        for (Object role : list(claims, "organization_roles")) {
            String name = role instanceof Map<?, ?> members ? qualified(members) : text(role);
            if (name == null) {
                return null;
            }
            qualified.add(name);
        }
        String prefix = organization + ":";
        return claims.asMap().get("organization_roles") instanceof List<?>
                ? qualified.stream()
                        .filter(name -> name.startsWith(prefix))
                        .map(name -> name.substring(prefix.length()))
                        .collect(Collectors.toSet())
                : null;
    }

    private static List<?> list(TokenClaims claims, String name) {
        return claims.asMap().get(name) instanceof List<?> list ? list : List.of();
    }

    private static @Nullable String qualified(Map<?, ?> members) {
        String organization = text(members, "organizationId");
        String name = text(members, "roleName");
        return organization == null || name == null ? null : organization + ":" + name;
    }

    private static @Nullable String text(Map<?, ?> members, String key) {
        return text(members.get(key));
    }

    private static @Nullable String text(@Nullable Object value) {
        return value instanceof String text ? text : null;
    }
}
