package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Resource;
import io.scopeguard.logtobox.directory.ResourceScope;
import io.scopeguard.logtobox.directory.Seed;
import io.scopeguard.logtobox.wire.Ids;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** {@code /resources} and their scopes. */
final class ResourceRoutes {

    private final Directory directory;

    ResourceRoutes(Directory directory) {
        this.directory = directory;
    }

    void addTo(Routes routes) {
        routes.get("/resources", this::list)
                .post("/resources", this::create)
                .get("/resources/:id", call -> Reply.ok(Views.of(require(call.path("id")))))
                .patch("/resources/:id", this::edit)
                .delete("/resources/:id", this::delete)
                .get("/resources/:resourceId/scopes", this::listScopes)
                .post("/resources/:resourceId/scopes", this::createScope)
                .patch("/resources/:resourceId/scopes/:scopeId", this::editScope)
                .delete("/resources/:resourceId/scopes/:scopeId", this::deleteScope);
    }

    private Reply list(Call call) {
        boolean withScopes = call.flag("includeScopes");
        return Reply.pageable(directory.resources().all().stream()
                .map(each -> withScopes ? withScopes(each) : Views.of(each))
                .toList());
    }

    private ObjectNode withScopes(Resource resource) {
        ObjectNode view = Views.of(resource);
        view.set("scopes", Json.node(Views.all(scopes(resource.id()))));
        return view;
    }

    private Reply create(Call call) {
        Body body = call.body();
        String indicator = body.string("indicator");
        if (directory.resourceByIndicator(indicator).isPresent()) {
            throw RequestError.of(
                    422,
                    "resource.resource_identifier_in_use",
                    "The API identifier " + indicator + " is already in use");
        }
        Resource resource = new Resource(
                Ids.standardId(), body.string("name"), indicator, false, body.number("accessTokenTtl", 3600));
        return Reply.created(withScopes(directory.resources().insert(resource)));
    }

    private Reply edit(Call call) {
        Body body = call.body();
        Resource before = requireOwn(call.path("id"));
        Resource resource = new Resource(
                before.id(),
                body.optionalString("name").orElse(before.name()),
                before.indicator(),
                before.isDefault(),
                body.number("accessTokenTtl", before.accessTokenTtl()));
        return Reply.ok(Views.of(directory.resources().insert(resource)));
    }

    private Reply delete(Call call) {
        directory.deleteResource(requireOwn(call.path("id")).id());
        return Reply.noContent();
    }

    /** An unknown resource has no scopes. */
    private Reply listScopes(Call call) {
        return Reply.paged(Views.all(scopes(call.path("resourceId"))));
    }

    private Reply createScope(Call call) {
        Resource resource = requireOwn(call.path("resourceId"));
        Body body = call.body();
        ResourceScope scope = new ResourceScope(
                Ids.standardId(),
                resource.id(),
                freeName(resource, body.string("name"), ""),
                body.patched("description", null),
                directory.now());
        return Reply.created(Views.of(directory.resourceScopes().insert(scope)));
    }

    private Reply editScope(Call call) {
        Resource resource = requireOwn(call.path("resourceId"));
        ResourceScope before = requireScope(call);
        Body body = call.body();
        ResourceScope scope = new ResourceScope(
                before.id(),
                resource.id(),
                freeName(resource, body.optionalString("name").orElse(before.name()), before.id()),
                body.patched("description", before.description()),
                before.createdAt());
        return Reply.ok(Views.of(directory.resourceScopes().insert(scope)));
    }

    private Reply deleteScope(Call call) {
        requireOwn(call.path("resourceId"));
        directory.deleteResourceScope(requireScope(call).id());
        return Reply.noContent();
    }

    private List<ResourceScope> scopes(String resourceId) {
        return directory.resourceScopes().where(scope -> scope.resourceId().equals(resourceId));
    }

    private String freeName(Resource resource, String name, String self) {
        if (name.chars().anyMatch(Character::isWhitespace)) {
            throw RequestError.of(400, "scope.name_with_space", "The name of the scope cannot contain any spaces.");
        }
        boolean taken = scopes(resource.id()).stream()
                .anyMatch(scope -> scope.name().equals(name) && !scope.id().equals(self));
        if (taken) {
            throw RequestError.of(422, "scope.name_exists", "The scope name " + name + " is already in use");
        }
        return name;
    }

    private Resource require(String id) {
        return directory.resources().find(id).orElseThrow(() -> RequestError.notExistsWithId("resources", id));
    }

    private Resource requireOwn(String id) {
        Resource resource = require(id);
        if (resource.indicator().equals(Seed.MANAGEMENT_API)) {
            throw RequestError.of(400, "resource.cannot_modify_management_api", "Cannot modify Logto Management API.");
        }
        return resource;
    }

    private ResourceScope requireScope(Call call) {
        String id = call.path("scopeId");
        return directory.resourceScopes().find(id).orElseThrow(() -> RequestError.notExistsWithId("scopes", id));
    }
}
