package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Relation;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.List;
import java.util.Map;

/** {@code /organizations/:id/applications}. There is no {@code …/scopes}: the scopes follow from the roles. */
final class OrganizationApplicationRoutes {

    private final Directory directory;
    private final MemberRoles memberRoles;

    OrganizationApplicationRoutes(Directory directory) {
        this.directory = directory;
        this.memberRoles = new MemberRoles(
                directory, directory.organizationApplications(), RoleType.MachineToMachine, "applicationId");
    }

    void addTo(Routes routes) {
        routes.get("/organizations/:id/applications", this::list)
                .post("/organizations/:id/applications", this::add)
                .put("/organizations/:id/applications", this::replace)
                .delete("/organizations/:id/applications/:applicationId", this::remove);
        memberRoles.addTo(routes, "/organizations/:id/applications");
    }

    private Reply list(Call call) {
        String organizationId = call.path("id");
        return Reply.paged(directory.organizationApplications().of(organizationId).stream()
                .flatMap(id -> directory.applications().find(id).stream())
                .filter(each -> call.matchesSearch(each.id(), each.name(), each.description()))
                .map(each -> Views.withRoles(Views.of(each), directory, organizationId, each.id()))
                .toList());
    }

    private Reply add(Call call) {
        String organizationId = call.path("id");
        List<String> ids = call.body().someStrings("applicationIds");
        check(organizationId, ids);
        List<String> added = directory.organizationApplications().add(organizationId, ids);
        return Reply.created().with(Membership.UPDATED, change(organizationId, added, List.of()));
    }

    private Reply replace(Call call) {
        String organizationId = call.path("id");
        List<String> ids = call.body().strings("applicationIds");
        check(organizationId, ids);
        Relation.Delta delta = directory.replaceApplications(organizationId, ids);
        return Reply.noContent().with(Membership.UPDATED, change(organizationId, delta.added(), delta.removed()));
    }

    private Reply remove(Call call) {
        String organizationId = call.path("id");
        String applicationId = call.path("applicationId");
        if (!directory.removeApplication(organizationId, applicationId)) {
            throw RequestError.notFound();
        }
        return Reply.noContent().with(Membership.UPDATED, change(organizationId, List.of(), List.of(applicationId)));
    }

    private static Map<String, ?> change(String organizationId, List<String> added, List<String> removed) {
        return Membership.change(organizationId, "addedApplicationIds", added, "removedApplicationIds", removed);
    }

    private void check(String organizationId, List<String> applicationIds) {
        if (!directory.organizations().contains(organizationId)
                || !applicationIds.stream().allMatch(directory.applications()::contains)) {
            throw RequestError.foreignKeyNotFound();
        }
        boolean machines = applicationIds.stream()
                .flatMap(id -> directory.applications().find(id).stream())
                .allMatch(each -> each.type() == Application.Type.MachineToMachine);
        if (!machines) {
            throw RequestError.constraintViolated();
        }
    }
}
