package io.scopeguard.permission;

import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What roles mean, the same for everybody.
 *
 * @param byRole the scopes of each role, by its id and their audience; a role without scopes is there too
 */
public record RoleDefinitions(Map<String, Map<Audience, Scopes>> byRole) {

    static final RoleDefinitions NONE = new RoleDefinitions(Map.of());

    /** Copies the map. */
    public RoleDefinitions {
        byRole = Map.copyOf(byRole);
    }

    boolean knows(Set<String> roles) {
        return byRole.keySet().containsAll(roles);
    }

    Scopes scopes(Set<String> roles, Audience audience) {
        Scopes scopes = Scopes.none();
        // In one order, so that equal sets of roles have their scopes in the same order.
        for (String role : roles.stream().sorted().toList()) {
            scopes = scopes.or(of(role, audience));
        }
        return scopes;
    }

    /** What any role gives. */
    Scopes scopes(Audience audience) {
        return scopes(byRole.keySet(), audience);
    }

    /** Of which audiences any role has a scope. */
    Set<Audience> audiences() {
        return byRole.values().stream()
                .flatMap(scopes -> scopes.keySet().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether this takes something away from what was known before: a role, or a scope of one. */
    boolean shrinks(RoleDefinitions before) {
        return !knows(before.byRole.keySet())
                || before.byRole.entrySet().stream().anyMatch(role -> shrinks(role.getKey(), role.getValue()));
    }

    /** Whether there were roles, and this knows none of them: rather another tenant, or half an answer, than a change. */
    boolean isStrangeTo(RoleDefinitions before) {
        return !before.byRole.isEmpty() && Collections.disjoint(byRole.keySet(), before.byRole.keySet());
    }

    private boolean shrinks(String role, Map<Audience, Scopes> before) {
        return before.entrySet().stream()
                .anyMatch(scopes -> !of(role, scopes.getKey()).containsAll(scopes.getValue()));
    }

    private Scopes of(String role, Audience audience) {
        return byRole.getOrDefault(role, Map.of()).getOrDefault(audience, Scopes.none());
    }
}
