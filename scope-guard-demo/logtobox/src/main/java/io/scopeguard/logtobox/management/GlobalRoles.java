package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Role;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.logtobox.directory.Table;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** The global roles of users, or of applications. None of these calls fires an event. */
record GlobalRoles(Directory directory, Table<?> principals, RoleType type, String pathVariable) {

    void addTo(Routes routes, String path) {
        routes.get(path, this::list)
                .post(path, this::add)
                .put(path, this::replace)
                .delete(path + "/:roleId", this::remove);
    }

    private Reply list(Call call) {
        return Reply.paged(directory.principalRoles().of(principal(call)).stream()
                .flatMap(id -> directory.roles().find(id).stream())
                .filter(role -> call.matchesSearch(role.id(), role.name(), role.description()))
                .map(Views::of)
                .toList());
    }

    private Reply add(Call call) {
        String principal = principal(call);
        List<String> ids = ids(call.body().strings("roleIds"));
        List<String> added = directory.principalRoles().add(principal, ids);
        return Reply.created(Map.of("roleIds", ids, "addedRoleIds", added));
    }

    private Reply replace(Call call) {
        String principal = principal(call);
        List<String> ids = ids(call.body().strings("roleIds"));
        directory.principalRoles().replace(principal, ids);
        return Reply.ok(Map.of("roleIds", ids));
    }

    private Reply remove(Call call) {
        if (!directory.principalRoles().remove(principal(call), call.path("roleId"))) {
            throw RequestError.notFound();
        }
        return Reply.noContent();
    }

    private String principal(Call call) {
        String id = call.path(pathVariable);
        if (!principals.contains(id)) {
            throw RequestError.notFound();
        }
        return id;
    }

    private List<String> ids(List<String> given) {
        for (String id : given) {
            Role role = directory.roles().find(id).orElseThrow(() -> RequestError.notExistsWithId("roles", id));
            if (role.type() != type) {
                throw RequestError.of(
                        422,
                        type == RoleType.User ? "user.invalid_role_type" : "application.invalid_role_type",
                        "Invalid role type.");
            }
        }
        return List.copyOf(new LinkedHashSet<>(given));
    }
}
