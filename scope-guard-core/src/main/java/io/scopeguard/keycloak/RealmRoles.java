package io.scopeguard.keycloak;

import static io.scopeguard.provider.http.PathTemplate.path;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.http.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The roles of the realm itself. They grant no scopes, but can be required by name. Keycloak leaves them out of its answers without
 * an error if the service account lacks the role {@code view-realm}. Thread-safe.
 */
final class RealmRoles {

    private final AdminApi api;

    RealmRoles(AdminApi api) {
        this.api = api;
    }

    /**
     * Checks that realm roles are part of the answers.
     *
     * @throws io.scopeguard.provider.SettingRefusedException if the service account lacks the right
     */
    void require(CallContext context) {
        List<String> some = api.get(
                        AdminRead.REALM_ROLES, "/roles?max=1", context, list -> Json.items(list, RealmRoles::name))
                .orElseThrow(Json::malformed);
        // Listing realm roles needs fewer rights than reading a single one.
        some.forEach(role -> api.get(AdminRead.REALM_ROLE, path("/roles/{}", role), context, RealmRoles::name));
    }

    /** All roles of the realm, by id. */
    Map<String, RoleDefinition> definitions(CallContext context) {
        Map<String, RoleDefinition> definitions = new HashMap<>();
        api.all(AdminRead.REALM_ROLES, "/roles", context, Role::of)
                .forEach(role ->
                        definitions.put(role.id(), RoleDefinition.of(Map.of()).named(role.name())));
        return definitions;
    }

    /**
     * The ids of the roles that a user holds outside of organizations, with composite roles and realm groups expanded.
     *
     * @return empty if there is no such user
     */
    Optional<List<String>> heldBy(String user, CallContext context) {
        return api.get(
                AdminRead.USER_ROLES,
                path("/users/{}/role-mappings/realm/composite", user),
                context,
                list -> Json.items(list, role -> Json.text(role, "id")));
    }

    /**
     * The names of the roles of an organization's group, with composite roles expanded.
     *
     * @return empty if there is no such group
     */
    Optional<Set<String>> ofGroup(String organization, String group, CallContext context) {
        return api.get(
                AdminRead.GROUP_ROLES,
                path("/organizations/{}/groups/{}/role-mappings/realm/composite", organization, group),
                context,
                list -> new HashSet<>(Json.items(list, RealmRoles::name)));
    }

    private static String name(JsonNode role) {
        return Json.text(role, "name");
    }
}
