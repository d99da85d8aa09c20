package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Organization;
import io.scopeguard.logtobox.wire.Ids;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** {@code /organizations}. */
final class OrganizationRoutes {

    private static final int FEATURED = 3;

    private final Directory directory;

    OrganizationRoutes(Directory directory) {
        this.directory = directory;
    }

    void addTo(Routes routes) {
        routes.get("/organizations", this::list)
                .post("/organizations", this::create)
                .get("/organizations/:id", call -> Reply.ok(Views.of(require(call))))
                .patch("/organizations/:id", this::edit)
                .delete("/organizations/:id", this::delete);
    }

    private Reply list(Call call) {
        boolean featured = call.flag("showFeatured");
        return Reply.paged(directory.organizations().all().stream()
                .filter(each -> call.matchesSearch(each.id(), each.name()))
                .map(each -> featured ? featured(each) : Views.of(each))
                .toList());
    }

    private ObjectNode featured(Organization organization) {
        List<String> users = directory.organizationUsers().of(organization.id());
        ObjectNode view = Views.of(organization).put("usersCount", users.size());
        view.set(
                "featuredUsers",
                Json.node(users.stream()
                        .limit(FEATURED)
                        .flatMap(id -> directory.users().find(id).stream())
                        .map(user -> Json.object("id", user.id(), "avatar", user.avatar(), "name", user.name()))
                        .toList()));
        return view;
    }

    private Reply create(Call call) {
        Body body = call.body();
        Organization organization = Organization.named(
                        Ids.shortId(), body.string("name"), body.patched("description", null), directory.now())
                .withMfaRequired(body.bool("isMfaRequired", false));
        return Reply.created(Views.of(directory.organizations().insert(organization)));
    }

    private Reply edit(Call call) {
        Body body = call.body();
        return directory
                .organizations()
                .update(call.path("id"), before -> edited(before, body))
                .map(each -> Reply.ok(Views.of(each)))
                .orElseThrow(() -> notFound(call));
    }

    private static Organization edited(Organization before, Body body) {
        Map<String, Object> customData = body.object("customData", before.customData());
        return new Organization(
                before.id(),
                body.optionalString("name").orElse(before.name()),
                body.patched("description", before.description()),
                customData,
                body.bool("isMfaRequired", before.isMfaRequired()),
                body.object("color", before.color()),
                body.object("branding", before.branding()),
                body.patched("customCss", before.customCss()),
                before.createdAt());
    }

    private Reply delete(Call call) {
        if (!directory.deleteOrganization(call.path("id"))) {
            throw RequestError.notFound();
        }
        return Reply.noContent();
    }

    private Organization require(Call call) {
        return directory.organizations().find(call.path("id")).orElseThrow(() -> notFound(call));
    }

    private static RequestError notFound(Call call) {
        return RequestError.notExistsWithId("organizations", call.path("id"));
    }
}
