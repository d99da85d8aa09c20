package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Jwt;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Finds the scopes of a page in a token of Keycloak.
 *
 * @param reader reads them from the claims
 */
record KeycloakTokens(Function<JsonNode, Set<String>> reader) {

    private static final String ROLES = "/resource_access/reports-api/roles";
    private static final String REALM_ROLES = "/realm_access/roles";
    private static final Set<String> OTHERS = Set.of("openid", "profile", "email");

    static KeycloakTokens of(String organization) {
        return new KeycloakTokens(claims -> roles(claims.path("organization").path(organization)));
    }

    /** Outside of organizations: roles. */
    static KeycloakTokens global() {
        return new KeycloakTokens(KeycloakTokens::roles);
    }

    /** The watched realm roles, of an organization's groups and of the user. */
    static KeycloakTokens rolesIn(String organization) {
        return new KeycloakTokens(claims -> {
            Set<String> roles = new TreeSet<>();
            claims.path("organization")
                    .path(organization)
                    .at(REALM_ROLES)
                    .forEach(role -> roles.add(role.asString("")));
            claims.at(REALM_ROLES).forEach(role -> roles.add(role.asString("")));
            roles.retainAll(Set.of(RoleStories.APPROVER, RoleStories.PATRON));
            return roles;
        });
    }

    /** Outside of organizations: client scopes. */
    static KeycloakTokens delegated() {
        return new KeycloakTokens(claims -> {
            Set<String> scopes = new TreeSet<>(
                    Arrays.asList(claims.path("scope").asString("").split(" ")));
            scopes.removeAll(OTHERS);
            return scopes;
        });
    }

    private static Set<String> roles(JsonNode holder) {
        Set<String> roles = new TreeSet<>();
        holder.at(ROLES).forEach(role -> roles.add(role.asString("")));
        return roles;
    }

    Set<String> scopes(String token) {
        return reader.apply(Jwt.of(token).claims());
    }
}
