package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.OrganizationRole;
import io.scopeguard.logtobox.directory.OrganizationScope;
import io.scopeguard.logtobox.directory.ResourceScope;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.logtobox.wire.Ids;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code /organization-roles} and {@code /organization-scopes}: the template that all organizations share. */
final class OrganizationTemplateRoutes {

    private final Directory directory;
    private final RoleScopeLinks<OrganizationScope> scopes;
    private final RoleScopeLinks<ResourceScope> resourceScopes;

    OrganizationTemplateRoutes(Directory directory) {
        this.directory = directory;
        this.scopes = new RoleScopeLinks<>(
                directory.organizationRoles(),
                directory.organizationRoleScopes(),
                directory.organizationScopes(),
                "organizationScopeIds",
                "organizationScopeId");
        this.resourceScopes = new RoleScopeLinks<>(
                directory.organizationRoles(),
                directory.organizationRoleResourceScopes(),
                directory.resourceScopes(),
                "scopeIds",
                "scopeId");
    }

    void addTo(Routes routes) {
        routes.get("/organization-roles", this::listRoles)
                .post("/organization-roles", this::createRole)
                .get("/organization-roles/:id", call -> Reply.ok(Views.of(requireRole(call))))
                .patch("/organization-roles/:id", this::editRole)
                .delete("/organization-roles/:id", this::deleteRole)
                .get("/organization-scopes", this::listScopes)
                .post("/organization-scopes", this::createScope)
                .get("/organization-scopes/:id", call -> Reply.ok(Views.of(requireScope(call))))
                .patch("/organization-scopes/:id", this::editScope)
                .delete("/organization-scopes/:id", this::deleteScope);
        scopes.addTo(routes, "/organization-roles/:id/scopes");
        resourceScopes.addTo(routes, "/organization-roles/:id/resource-scopes");
    }

    private Reply listRoles(Call call) {
        return Reply.paged(directory.organizationRoles().all().stream()
                .filter(role -> call.matchesSearch(role.id(), role.name(), role.description()))
                .sorted(Comparator.comparing(OrganizationRole::name))
                .map(this::withScopes)
                .toList());
    }

    private ObjectNode withScopes(OrganizationRole role) {
        ObjectNode view = Views.of(role);
        view.set(
                "scopes",
                Json.node(scopes.of(role.id()).stream()
                        .map(scope -> Json.object("id", scope.id(), "name", scope.name()))
                        .toList()));
        view.set(
                "resourceScopes",
                Json.node(resourceScopes.of(role.id()).stream()
                        .map(this::withResource)
                        .toList()));
        return view;
    }

    private Map<String, @Nullable Object> withResource(ResourceScope scope) {
        return Json.object(
                "id",
                scope.id(),
                "name",
                scope.name(),
                "resource",
                directory
                        .resources()
                        .find(scope.resourceId())
                        .map(resource -> Json.object("id", resource.id(), "name", resource.name()))
                        .orElseThrow());
    }

    private Reply createRole(Call call) {
        Body body = call.body();
        List<String> scopeIds = body.optionalStrings("organizationScopeIds");
        List<String> resourceScopeIds = body.optionalStrings("resourceScopeIds");
        scopes.check(scopeIds);
        resourceScopes.check(resourceScopeIds);
        OrganizationRole role = new OrganizationRole(
                Ids.standardId(),
                freeRoleName(body.string("name"), ""),
                body.patched("description", null),
                body.oneOf("type", RoleType.class, RoleType.User));
        directory.organizationRoles().insert(role);
        directory.organizationRoleScopes().add(role.id(), scopeIds);
        directory.organizationRoleResourceScopes().add(role.id(), resourceScopeIds);
        Reply created = Reply.created(Views.of(role));
        return scopeIds.isEmpty() && resourceScopeIds.isEmpty()
                ? created
                : created.with("OrganizationRole.Scopes.Updated", Map.of("organizationRoleId", role.id()));
    }

    private Reply editRole(Call call) {
        Body body = call.body();
        OrganizationRole before = requireRole(call);
        String name = freeRoleName(body.optionalString("name").orElse(before.name()), before.id());
        OrganizationRole role = new OrganizationRole(
                before.id(), name, body.patched("description", before.description()), before.type());
        return Reply.ok(Views.of(directory.organizationRoles().insert(role)));
    }

    private Reply deleteRole(Call call) {
        if (!directory.deleteOrganizationRole(call.path("id"))) {
            throw RequestError.notFound();
        }
        return Reply.noContent();
    }

    private Reply listScopes(Call call) {
        return Reply.pageable(directory.organizationScopes().all().stream()
                .filter(scope -> call.matchesSearch(scope.id(), scope.name(), scope.description()))
                .sorted(Comparator.comparing(OrganizationScope::name))
                .map(Views::of)
                .toList());
    }

    private Reply createScope(Call call) {
        Body body = call.body();
        OrganizationScope scope = new OrganizationScope(
                Ids.standardId(), freeScopeName(body.string("name"), ""), body.patched("description", null));
        return Reply.created(Views.of(directory.organizationScopes().insert(scope)));
    }

    private Reply editScope(Call call) {
        Body body = call.body();
        OrganizationScope before = requireScope(call);
        String name = freeScopeName(body.optionalString("name").orElse(before.name()), before.id());
        OrganizationScope scope =
                new OrganizationScope(before.id(), name, body.patched("description", before.description()));
        return Reply.ok(Views.of(directory.organizationScopes().insert(scope)));
    }

    private Reply deleteScope(Call call) {
        if (!directory.deleteOrganizationScope(call.path("id"))) {
            throw RequestError.notFound();
        }
        return Reply.noContent();
    }

    private OrganizationRole requireRole(Call call) {
        return directory.organizationRoles().find(call.path("id")).orElseThrow(RequestError::notFound);
    }

    private OrganizationScope requireScope(Call call) {
        return directory.organizationScopes().find(call.path("id")).orElseThrow(RequestError::notFound);
    }

    private String freeRoleName(String name, String self) {
        return free(
                name,
                directory
                        .organizationRoles()
                        .where(each -> each.name().equals(name) && !each.id().equals(self)));
    }

    private String freeScopeName(String name, String self) {
        return free(
                name,
                directory
                        .organizationScopes()
                        .where(each -> each.name().equals(name) && !each.id().equals(self)));
    }

    private static String free(String name, List<?> taken) {
        if (!taken.isEmpty()) {
            throw RequestError.of(
                    422,
                    "entity.unique_integrity_violation",
                    "The entity already exists. Please check the input and try again.");
        }
        return name;
    }
}
