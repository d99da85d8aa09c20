package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Member;
import io.scopeguard.logtobox.directory.User;
import io.scopeguard.logtobox.wire.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The representations of entities in the API. */
final class Views {

    private static final String TENANT = "default";

    private Views() {}

    /** Every entity except users begins with the tenant. */
    static ObjectNode of(Object entity) {
        ObjectNode view = Json.tree(Map.of("tenantId", TENANT));
        view.setAll(Json.tree(entity));
        return view;
    }

    static List<ObjectNode> all(List<?> entities) {
        return entities.stream().map(Views::of).toList();
    }

    static ObjectNode user(User user) {
        return Json.tree(user).put("hasPassword", user.password() != null);
    }

    /** The organization roles of a member, in the short form that other entities embed. */
    static List<Map<String, @Nullable Object>> rolesOf(Directory directory, String organizationId, String principalId) {
        return directory.memberRoles().of(new Member(organizationId, principalId)).stream()
                .flatMap(id -> directory.organizationRoles().find(id).stream())
                .map(role -> Json.object("id", role.id(), "name", role.name()))
                .toList();
    }

    static ObjectNode withRoles(ObjectNode view, Directory directory, String organizationId, String principalId) {
        view.set("organizationRoles", Json.node(rolesOf(directory, organizationId, principalId)));
        return view;
    }
}
