package io.scopeguard.demo.page;

import io.scopeguard.logtobox.LogtoBox;
import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.OrganizationScope;
import io.scopeguard.logtobox.directory.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.http.HttpMethod;

/**
 * Changes the tenant through the Management API, as an administrator does, so that the provider delivers its webhooks. Each
 * method returns the calls that it made.
 */
final class Operator {

    private static final Set<String> SCOPES = Set.of("read:report", "write:report", "delete:report", "invite:member");

    /** The initial members: organization, user, role. */
    private static final List<List<String>> MEMBERS = List.of(
            List.of("acme", "alice", "admin"),
            List.of("acme", "bob", "member"),
            List.of("globex", "alice", "member"),
            List.of("globex", "carol", "admin"));

    private final LogtoBox box;

    Operator(LogtoBox box) {
        this.box = box;
    }

    Directory directory() {
        return box.directory();
    }

    /** Makes a role the user's only organization role, and makes the user a member if necessary. */
    List<String> setRole(String organization, String user, String role) {
        ManagementCalls calls = calls();
        if (!directory().isMember(organization, user)) {
            calls.send(
                    HttpMethod.POST,
                    "/organizations/{organization}/users",
                    Map.of("userIds", List.of(user)),
                    organization);
        }
        calls.send(
                HttpMethod.PUT,
                "/organizations/{organization}/users/{user}/roles",
                Map.of("organizationRoleNames", List.of(role)),
                organization,
                user);
        return calls.made();
    }

    List<String> remove(String organization, String user) {
        return calls().send(HttpMethod.DELETE, "/organizations/{organization}/users/{user}", null, organization, user)
                .made();
    }

    List<String> suspend(String user, boolean suspended) {
        return calls().send(HttpMethod.PATCH, "/users/{user}/is-suspended", Map.of("isSuspended", suspended), user)
                .made();
    }

    /** Creates an organization scope, unless it exists, and assigns it to a role. */
    List<String> addScope(String name, String role) {
        ManagementCalls calls = calls();
        if (scopesNamed(name).isEmpty()) {
            calls.send(HttpMethod.POST, "/organization-scopes", Map.of("name", name));
        }
        List<String> ids = scopesNamed(name).stream().map(OrganizationScope::id).toList();
        return calls.send(
                        HttpMethod.POST,
                        "/organization-roles/{role}/scopes",
                        Map.of("organizationScopeIds", ids),
                        directory().organizationRoleId(role))
                .made();
    }

    /** Resets the parts of the tenant that this panel can change. */
    List<String> reset() {
        List<String> made = new ArrayList<>();
        for (User user : directory().users().where(User::isSuspended)) {
            made.addAll(suspend(user.id(), false));
        }
        for (User user : directory().users().all()) {
            for (String role : directory().principalRoles().of(user.id())) {
                made.addAll(calls().send(HttpMethod.DELETE, "/users/{user}/roles/{role}", null, user.id(), role)
                        .made());
            }
        }
        for (OrganizationScope scope : directory().organizationScopes().where(each -> !SCOPES.contains(each.name()))) {
            made.addAll(calls().send(HttpMethod.DELETE, "/organization-scopes/{scope}", null, scope.id())
                    .made());
        }
        directory()
                .organizations()
                .all()
                .forEach(organization -> directory().users().all().stream()
                        .filter(user -> directory().isMember(organization.id(), user.id()))
                        .filter(user -> MEMBERS.stream()
                                .noneMatch(each -> each.subList(0, 2).equals(List.of(organization.id(), user.id()))))
                        .forEach(user -> made.addAll(remove(organization.id(), user.id()))));
        MEMBERS.forEach(each -> made.addAll(setRole(each.get(0), each.get(1), each.get(2))));
        return made;
    }

    private List<OrganizationScope> scopesNamed(String name) {
        return directory().organizationScopes().where(scope -> scope.name().equals(name));
    }

    private ManagementCalls calls() {
        return new ManagementCalls(box.endpoint());
    }
}
