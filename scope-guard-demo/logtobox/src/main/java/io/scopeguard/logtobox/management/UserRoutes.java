package io.scopeguard.logtobox.management;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.RoleType;
import io.scopeguard.logtobox.directory.User;
import io.scopeguard.logtobox.wire.Ids;
import io.scopeguard.logtobox.wire.Json;
import io.scopeguard.logtobox.wire.RequestError;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** {@code /users}. */
final class UserRoutes {

    private final Directory directory;

    UserRoutes(Directory directory) {
        this.directory = directory;
    }

    void addTo(Routes routes) {
        routes.get("/users", this::list)
                .post("/users", this::create)
                .get("/users/:userId", call -> Reply.ok(Views.user(require(call))))
                .patch("/users/:userId", this::edit)
                .delete("/users/:userId", this::delete)
                .patch("/users/:userId/custom-data", this::editCustomData)
                .patch("/users/:userId/password", this::editPassword)
                .patch("/users/:userId/is-suspended", this::suspend)
                .get("/users/:userId/organizations", this::organizations);
        new GlobalRoles(directory, directory.users(), RoleType.User, "userId").addTo(routes, "/users/:userId/roles");
    }

    /** The users, newest first. */
    private Reply list(Call call) {
        List<User> users = new ArrayList<>(directory.users().all());
        Collections.reverse(users);
        return Reply.paged(users.stream()
                .filter(user -> call.matchesSearch(
                        user.id(), user.primaryEmail(), user.primaryPhone(), user.username(), user.name()))
                .map(Views::user)
                .toList());
    }

    private Reply create(Call call) {
        Body body = call.body();
        String username = body.patched("username", null);
        if (username != null && directory.userByUsername(username).isPresent()) {
            throw RequestError.of(422, "user.username_already_in_use", "This username is already in use.");
        }
        User user = User.named(
                Ids.shortId(),
                username,
                body.patched("primaryEmail", null),
                body.patched("name", null),
                body.patched("password", null),
                directory.now());
        return Reply.ok(Views.user(directory.users().insert(user)));
    }

    private Reply edit(Call call) {
        Body body = call.body();
        return change(
                call,
                user -> user.edited(
                        body.patched("username", user.username()),
                        body.patched("primaryEmail", user.primaryEmail()),
                        body.patched("primaryPhone", user.primaryPhone()),
                        body.patched("name", user.name()),
                        body.patched("avatar", user.avatar()),
                        body.object("customData", user.customData()),
                        directory.now()));
    }

    private Reply editCustomData(Call call) {
        Map<String, Object> customData = call.body().object("customData", Map.of());
        change(call, user -> user.withCustomData(customData, directory.now()));
        return Reply.ok(customData);
    }

    private Reply editPassword(Call call) {
        String password = call.body().string("password");
        return change(call, user -> user.withPassword(password, directory.now()));
    }

    private Reply suspend(Call call) {
        boolean suspended = call.body().bool("isSuspended");
        return directory
                .suspend(call.path("userId"), suspended)
                .map(user -> Reply.ok(Views.user(user)))
                .orElseThrow(RequestError::notFound);
    }

    /** The event contains the deleted user, and stands for the lost memberships too. */
    private Reply delete(Call call) {
        User user = directory.deleteUser(call.path("userId")).orElseThrow(RequestError::notFound);
        return Reply.noContent().with(new Reply.Event("User.Deleted", Map.of("data", Json.tree(user)), Map.of()));
    }

    private Reply organizations(Call call) {
        User user = require(call);
        return Reply.ok(directory.organizationUsers().holding(user.id()).stream()
                .flatMap(id -> directory.organizations().find(id).stream())
                .map(each -> Views.withRoles(Views.of(each), directory, each.id(), user.id()))
                .toList());
    }

    private Reply change(Call call, UnaryOperator<User> change) {
        return directory
                .users()
                .update(call.path("userId"), change)
                .map(user -> Reply.ok(Views.user(user)))
                .orElseThrow(RequestError::notFound);
    }

    private User require(Call call) {
        return directory.users().find(call.path("userId")).orElseThrow(RequestError::notFound);
    }
}
