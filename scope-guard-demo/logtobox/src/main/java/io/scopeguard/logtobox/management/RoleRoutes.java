package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Entity;
import io.scopeguard.logtobox.directory.ResourceScope;
import io.scopeguard.logtobox.directory.Role;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.logtobox.directory.Table;
import io.scopeguard.logtobox.directory.User;
import io.scopeguard.logtobox.wire.Ids;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** {@code /roles}: global roles, their scopes and their holders. */
final class RoleRoutes {

    private static final int FEATURED = 3;

    private final Directory directory;

    RoleRoutes(Directory directory) {
        this.directory = directory;
    }

    void addTo(Routes routes) {
        routes.get("/roles", this::list)
                .post("/roles", this::create)
                .get("/roles/:id", call -> Reply.ok(Views.of(require(call))))
                .patch("/roles/:id", this::edit)
                .delete("/roles/:id", this::delete)
                .get("/roles/:id/scopes", this::scopes)
                .post("/roles/:id/scopes", this::addScopes)
                .delete("/roles/:id/scopes/:scopeId", this::removeScope)
                .get(
                        "/roles/:id/users",
                        call -> Reply.paged(holders(call, directory.users()).stream()
                                .map(Views::user)
                                .toList()))
                .post("/roles/:id/users", call -> assign(call, "userIds", directory.users(), RoleType.User))
                .delete("/roles/:id/users/:userId", call -> takeAway(call, "userId"))
                .get("/roles/:id/applications", call -> Reply.paged(Views.all(holders(call, directory.applications()))))
                .post(
                        "/roles/:id/applications",
                        call -> assign(call, "applicationIds", directory.applications(), RoleType.MachineToMachine))
                .delete("/roles/:id/applications/:applicationId", call -> takeAway(call, "applicationId"));
    }

    private Reply list(Call call) {
        Optional<String> type = call.query("type");
        return Reply.paged(directory.roles().all().stream()
                .filter(role -> type.map(role.type().name()::equals).orElse(true))
                .filter(role -> call.matchesSearch(role.id(), role.name(), role.description()))
                .sorted(Comparator.comparing(Role::name, String.CASE_INSENSITIVE_ORDER))
                .map(this::withHolders)
                .toList());
    }

    private ObjectNode withHolders(Role role) {
        List<User> users = holders(role.id(), directory.users());
        List<Application> applications = holders(role.id(), directory.applications());
        ObjectNode view = Views.of(role).put("usersCount", users.size());
        view.set(
                "featuredUsers",
                Json.node(users.stream()
                        .limit(FEATURED)
                        .map(user -> Json.object("id", user.id(), "avatar", user.avatar(), "name", user.name()))
                        .toList()));
        view.put("applicationsCount", applications.size());
        view.set(
                "featuredApplications",
                Json.node(applications.stream()
                        .limit(FEATURED)
                        .map(each -> Json.object(
                                "id",
                                each.id(),
                                "name",
                                each.name(),
                                "type",
                                each.type().name()))
                        .toList()));
        return view;
    }

    private Reply create(Call call) {
        Body body = call.body();
        List<String> scopeIds = body.optionalStrings("scopeIds");
        List<ResourceScope> scopes = requireScopes(scopeIds);
        Role role = new Role(
                Ids.standardId(),
                freeName(body.string("name"), ""),
                body.string("description"),
                body.oneOf("type", RoleType.class, RoleType.User),
                body.bool("isDefault", false));
        directory.roles().insert(role);
        directory.roleScopes().add(role.id(), scopeIds);
        Reply created = Reply.ok(Views.of(role));
        return scopes.isEmpty()
                ? created
                : created.with("Role.Scopes.Updated", Json.object("roleId", role.id(), "data", Views.all(scopes)));
    }

    private Reply edit(Call call) {
        Body body = call.body();
        Role before = require(call);
        Role role = new Role(
                before.id(),
                freeName(body.optionalString("name").orElse(before.name()), before.id()),
                body.optionalString("description").orElse(before.description()),
                before.type(),
                body.bool("isDefault", before.isDefault()));
        return Reply.ok(Views.of(directory.roles().insert(role)));
    }

    private Reply delete(Call call) {
        if (!directory.deleteRole(call.path("id"))) {
            throw RequestError.notExistsWithId("roles", call.path("id"));
        }
        return Reply.noContent();
    }

    private Reply scopes(Call call) {
        return Reply.pageable(directory.roleScopes().of(require(call).id()).stream()
                .flatMap(id -> directory.resourceScopes().find(id).stream())
                .map(this::withResource)
                .toList());
    }

    private ObjectNode withResource(ResourceScope scope) {
        ObjectNode view = Views.of(scope);
        view.set(
                "resource",
                Views.of(directory.resources().find(scope.resourceId()).orElseThrow()));
        return view;
    }

    private Reply addScopes(Call call) {
        Role role = require(call);
        List<String> ids = call.body().someStrings("scopeIds");
        List<ResourceScope> scopes = requireScopes(ids);
        if (ids.stream().anyMatch(id -> directory.roleScopes().contains(role.id(), id))) {
            throw RequestError.of(422, "role.scope_exists", "The scope has already been added to this role.");
        }
        directory.roleScopes().add(role.id(), ids);
        return Reply.created(Views.all(scopes));
    }

    private Reply removeScope(Call call) {
        if (!directory.roleScopes().remove(require(call).id(), call.path("scopeId"))) {
            throw RequestError.notFound();
        }
        return Reply.noContent();
    }

    private Reply assign(Call call, String member, Table<?> principals, RoleType type) {
        Role role = require(call);
        List<String> ids = call.body().someStrings(member);
        if (role.type() != type) {
            throw RequestError.of(422, "user.invalid_role_type", "Invalid role type.");
        }
        if (!ids.stream().allMatch(principals::contains)) {
            throw RequestError.notFound();
        }
        ids.forEach(id -> directory.principalRoles().add(id, List.of(role.id())));
        return Reply.created();
    }

    private Reply takeAway(Call call, String pathVariable) {
        if (!directory
                .principalRoles()
                .remove(call.path(pathVariable), require(call).id())) {
            throw RequestError.notFound();
        }
        return Reply.noContent();
    }

    private <T extends Entity> List<T> holders(Call call, Table<T> principals) {
        return holders(require(call).id(), principals);
    }

    private <T extends Entity> List<T> holders(String roleId, Table<T> principals) {
        return directory.principalRoles().holding(roleId).stream()
                .flatMap(id -> principals.find(id).stream())
                .toList();
    }

    private List<ResourceScope> requireScopes(List<String> ids) {
        return ids.stream()
                .map(id -> directory
                        .resourceScopes()
                        .find(id)
                        .orElseThrow(() -> RequestError.notExistsWithId("scopes", id)))
                .toList();
    }

    private Role require(Call call) {
        return directory
                .roles()
                .find(call.path("id"))
                .orElseThrow(() -> RequestError.notExistsWithId("roles", call.path("id")));
    }

    private String freeName(String name, String self) {
        boolean taken = !directory
                .roles()
                .where(each -> each.name().equals(name) && !each.id().equals(self))
                .isEmpty();
        if (taken) {
            throw RequestError.of(422, "role.name_in_use", "The role name " + name + " is already in use");
        }
        return name;
    }
}
