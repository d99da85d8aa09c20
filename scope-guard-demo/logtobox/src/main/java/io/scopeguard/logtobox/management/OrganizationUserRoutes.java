package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Member;
import io.scopeguard.logtobox.directory.Relation;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.logtobox.directory.User;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** {@code /organizations/:id/users}. */
final class OrganizationUserRoutes {

    private final Directory directory;
    private final MemberRoles memberRoles;

    OrganizationUserRoutes(Directory directory) {
        this.directory = directory;
        this.memberRoles = new MemberRoles(directory, directory.organizationUsers(), RoleType.User, "userId");
    }

    void addTo(Routes routes) {
        routes.get("/organizations/:id/users", this::list)
                .post("/organizations/:id/users", this::add)
                .put("/organizations/:id/users", this::replace)
                .delete("/organizations/:id/users/:userId", this::remove)
                .get("/organizations/:id/users/:userId/scopes", this::scopes);
        memberRoles.addTo(routes, "/organizations/:id/users");
    }

    /** The members, newest first; none for an unknown organization. */
    private Reply list(Call call) {
        String organizationId = call.path("id");
        List<String> ids = new ArrayList<>(directory.organizationUsers().of(organizationId));
        Collections.reverse(ids);
        return Reply.paged(ids.stream()
                .flatMap(id -> directory.users().find(id).stream())
                .filter(user -> matches(call, user))
                .filter(user -> holdsRole(call, organizationId, user))
                .map(user -> view(organizationId, user))
                .toList());
    }

    private static boolean matches(Call call, User user) {
        return call.matchesSearch(user.id(), user.primaryEmail(), user.primaryPhone(), user.username(), user.name());
    }

    private boolean holdsRole(Call call, String organizationId, User user) {
        return call.query("organizationRoleId")
                .map(role -> directory.memberRoles().contains(new Member(organizationId, user.id()), role))
                .orElse(true);
    }

    private ObjectNode view(String organizationId, User user) {
        return Views.withRoles(Json.tree(user), directory, organizationId, user.id());
    }

    private Reply add(Call call) {
        String organizationId = call.path("id");
        List<String> userIds = call.body().someStrings("userIds");
        checkExistence(organizationId, userIds);
        List<String> added = directory.organizationUsers().add(organizationId, userIds);
        return Reply.created(Map.of("userIds", userIds))
                .with(Membership.UPDATED, change(organizationId, added, List.of()));
    }

    private Reply replace(Call call) {
        String organizationId = call.path("id");
        List<String> userIds = call.body().strings("userIds");
        checkExistence(organizationId, userIds);
        Relation.Delta delta = directory.replaceMembers(organizationId, userIds);
        return Reply.noContent().with(Membership.UPDATED, change(organizationId, delta.added(), delta.removed()));
    }

    private Reply remove(Call call) {
        String organizationId = call.path("id");
        String userId = call.path("userId");
        if (!directory.removeMember(organizationId, userId)) {
            throw RequestError.notFound();
        }
        return Reply.noContent().with(Membership.UPDATED, change(organizationId, List.of(), List.of(userId)));
    }

    private static Map<String, ?> change(String organizationId, List<String> added, List<String> removed) {
        return Membership.change(organizationId, "addedUserIds", added, "removedUserIds", removed);
    }

    /** Empty for users that are not members, and for unknown users and organizations: Logto does not distinguish them here. */
    private Reply scopes(Call call) {
        return Reply.ok(Views.all(directory.scopesIn(call.path("id"), call.path("userId"))));
    }

    private void checkExistence(String organizationId, List<String> userIds) {
        if (!directory.organizations().contains(organizationId)
                || !userIds.stream().allMatch(directory.users()::contains)) {
            throw RequestError.foreignKeyNotFound();
        }
    }
}
