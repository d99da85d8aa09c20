package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.logtobox.wire.RequestError;

/** {@code /applications}: read and delete. */
final class ApplicationRoutes {

    private final Directory directory;

    ApplicationRoutes(Directory directory) {
        this.directory = directory;
    }

    void addTo(Routes routes) {
        routes.get("/applications", this::list)
                .get("/applications/:id", call -> Reply.ok(Views.of(require(call))))
                .delete("/applications/:id", this::delete)
                .get("/applications/:id/organizations", this::organizations);
        new GlobalRoles(directory, directory.applications(), RoleType.MachineToMachine, "applicationId")
                .addTo(routes, "/applications/:applicationId/roles");
    }

    private Reply list(Call call) {
        return Reply.pageable(Views.all(directory.applications().all()));
    }

    private Reply delete(Call call) {
        if (!directory.deleteApplication(call.path("id"))) {
            throw notFound(call);
        }
        return Reply.noContent();
    }

    private Reply organizations(Call call) {
        String id = require(call).id();
        return Reply.pageable(directory.organizationApplications().holding(id).stream()
                .flatMap(each -> directory.organizations().find(each).stream())
                .map(each -> Views.withRoles(Views.of(each), directory, each.id(), id))
                .toList());
    }

    private Application require(Call call) {
        return directory.applications().find(call.path("id")).orElseThrow(() -> notFound(call));
    }

    private static RequestError notFound(Call call) {
        return RequestError.notExistsWithId("applications", call.path("id"));
    }
}
