package io.scopeguard.demo.convergence;

import io.scopeguard.logtobox.Answer;
import io.scopeguard.logtobox.Jwt;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * Tokens of a client that also looks at the watched roles in them: {@code role:approver}.
 *
 * @param organization the organization whose roles it looks at, in addition to global roles
 */
record TokensWithRoles(Tokens tokens, String organization) implements Tokens {

    @Override
    public Answer refresh(Set<String> named) {
        return tokens.refresh(named);
    }

    @Override
    public boolean reconsent(Set<String> named) {
        return tokens.reconsent(named);
    }

    @Override
    public Set<String> scopes(String token) {
        Set<String> scopes = new TreeSet<>(tokens.scopes(token));
        JsonNode claims = Jwt.of(token).claims();
        if (contains(claims.path("roles"), RoleStories.PATRON)) {
            scopes.add("role:" + RoleStories.PATRON);
        }
        if (contains(claims.path("organization_roles"), organization + ":" + RoleStories.APPROVER)) {
            scopes.add("role:" + RoleStories.APPROVER);
        }
        return scopes;
    }

    private static boolean contains(JsonNode roles, String name) {
        return roles.valueStream().anyMatch(role -> role.asString("").equals(name));
    }
}
