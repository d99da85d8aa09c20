package io.scopeguard.testing;

import io.scopeguard.testing.FakeLogto.Resource;
import io.scopeguard.testing.FakeLogto.Role;
import io.scopeguard.testing.FakeLogto.Scope;
import io.scopeguard.testing.FakeLogto.User;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The reads of Logto's Management API in the shapes of the recordings: pages of 20 by default, with a total; users newest first;
 * Logto's own error codes. Used under the tenant's lock.
 */
final class FakeManagementApi {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int DEFAULT_PAGE_SIZE = 20;

    private final FakeLogto tenant;

    FakeManagementApi(FakeLogto tenant) {
        this.tenant = tenant;
    }

    Reply answer(URI uri) {
        List<String> path = Stream.of(uri.getRawPath().split("/"))
                .skip(2)
                .map(part -> URLDecoder.decode(part, StandardCharsets.UTF_8))
                .toList();
        Query query = Query.of(uri.getRawQuery());
        return switch (route(path)) {
            case "organizations/*/users" -> members(path.get(1), query);
            case "organizations/*/users/*/roles" -> rolesOf(tenant.members, path.get(1), path.get(3), query);
            case "organizations/*/applications/*/roles" -> rolesOf(tenant.agents, path.get(1), path.get(3), query);
            case "users/*" -> ofUser(path.get(1), user -> Reply.of(profile(user)));
            case "users/*/roles" -> ofUser(path.get(1), user -> Reply.page(globalRolesOf(user), this::role, query));
            case "users/*/organizations" ->
                ofUser(
                        path.get(1),
                        user -> Reply.list(organizationsOf(user), id -> organization(id, user.id()), query));
            case "applications/*" ->
                ofApplication(path.get(1), held -> Reply.of(Map.of("id", path.get(1), "type", "MachineToMachine")));
            case "applications/*/roles" ->
                ofApplication(path.get(1), held -> Reply.page(held, id -> role(tenant.globalRoles, id), query));
            case "organization-roles" ->
                Reply.page(tenant.organizationRoles.values(), FakeManagementApi::organizationRole, query);
            case "organization-roles/*/scopes" -> scopesOfOrganizationRole(path.get(1), false, query);
            case "organization-roles/*/resource-scopes" -> scopesOfOrganizationRole(path.get(1), true, query);
            case "organization-scopes" ->
                Reply.list(tenant.organizationScopes.values(), FakeManagementApi::scope, query);
            case "roles" -> Reply.page(globalRoles(query.type), this::globalRole, query);
            case "roles/*/scopes" ->
                ofGlobalRole(
                        path.get(1), role -> Reply.list(role.scopes(), FakeManagementApi::scopeWithResource, query));
            case "roles/*/users" ->
                ofGlobalRole(path.get(1), role -> Reply.page(holders(role), FakeManagementApi::profile, query));
            case "resources" -> Reply.list(tenant.resources.values(), FakeManagementApi::resource, query);
            default -> new Reply(404, "Not Found", null);
        };
    }

    /** The path without ids, which are every second segment. */
    private static String route(List<String> path) {
        List<String> route = new ArrayList<>(path);
        for (int i = 1; i < route.size(); i += 2) {
            route.set(i, "*");
        }
        return String.join("/", route);
    }

    // Organizations

    /** The users whose ids contain the search term. */
    private Reply members(String organization, Query query) {
        Map<String, Set<String>> members = tenant.members.getOrDefault(organization, Map.of());
        List<User> found = newestFirst(members.keySet().stream()
                .filter(id -> id.contains(query.search))
                .map(tenant.users::get));
        return Reply.page(
                found,
                user -> Map.of(
                        "id", user.id(),
                        "isSuspended", user.isSuspended(),
                        "organizationRoles", organizationRoles(members.get(user.id()))),
                query);
    }

    private Reply rolesOf(
            Map<String, Map<String, Set<String>>> holders, String organization, String subject, Query query) {
        Set<String> held = holders.getOrDefault(organization, Map.of()).get(subject);
        return held == null
                ? Reply.refusal(422, "organization.require_membership")
                : Reply.list(held, id -> role(tenant.organizationRoles, id), query);
    }

    private Reply scopesOfOrganizationRole(String id, boolean ofResources, Query query) {
        Role role = tenant.organizationRoles.get(id);
        return role == null
                ? Reply.refusal(404, "entity.not_found")
                : Reply.list(scopes(role, ofResources), FakeManagementApi::scope, query);
    }

    // Users and applications

    private Reply ofUser(String id, Function<User, Reply> answer) {
        User user = tenant.users.get(id);
        return user == null ? Reply.refusal(404, "entity.not_found") : answer.apply(user);
    }

    private Reply ofApplication(String id, Function<Set<String>, Reply> answer) {
        Set<String> held = tenant.applications.get(id);
        return held == null ? Reply.refusal(404, "entity.not_exists_with_id") : answer.apply(held);
    }

    private List<Role> globalRolesOf(User user) {
        return tenant.globalRoles.values().stream()
                .filter(role -> role.users().contains(user.id()))
                .toList();
    }

    private List<String> organizationsOf(User user) {
        return tenant.members.entrySet().stream()
                .filter(organization -> organization.getValue().containsKey(user.id()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private Map<String, Object> organization(String id, String user) {
        return Map.of(
                "id",
                id,
                "organizationRoles",
                organizationRoles(tenant.members.get(id).get(user)));
    }

    private List<Map<String, Object>> organizationRoles(Set<String> ids) {
        return ids.stream().map(id -> role(tenant.organizationRoles, id)).toList();
    }

    // Global roles

    private Reply ofGlobalRole(String id, Function<Role, Reply> answer) {
        Role role = tenant.globalRoles.get(id);
        return role == null ? Reply.refusal(404, "entity.not_exists_with_id") : answer.apply(role);
    }

    private List<Role> globalRoles(String type) {
        return tenant.globalRoles.values().stream()
                .filter(role -> type.isEmpty() || role.type().equals(type))
                .toList();
    }

    private List<User> holders(Role role) {
        return newestFirst(role.users().stream().map(tenant.users::get));
    }

    private Map<String, Object> globalRole(Role role) {
        return Map.of(
                "id",
                role.id(),
                "name",
                role.name(),
                "type",
                role.type(),
                "usersCount",
                role.users().size(),
                "featuredUsers",
                holders(role).stream()
                        .limit(3)
                        .map(user -> Map.of("id", user.id()))
                        .toList(),
                "applicationsCount",
                tenant.applications.values().stream()
                        .filter(held -> held.contains(role.id()))
                        .count());
    }

    // Shapes

    private static List<User> newestFirst(Stream<User> users) {
        return users.sorted(Comparator.comparingInt(User::number).reversed()).toList();
    }

    private static Map<String, Object> profile(User user) {
        return Map.of("id", user.id(), "isSuspended", user.isSuspended());
    }

    private Map<String, Object> role(Role role) {
        return named(role.id(), role.name());
    }

    /** A role that a subject holds. */
    private Map<String, Object> role(Map<String, Role> roles, String id) {
        Role role = roles.get(id);
        return role == null ? named(id, id) : role(role);
    }

    private static Map<String, Object> organizationRole(Role role) {
        return Map.of(
                "id",
                role.id(),
                "name",
                role.name(),
                "type",
                role.type(),
                "scopes",
                scopes(role, false).stream().map(FakeManagementApi::scope).toList(),
                "resourceScopes",
                scopes(role, true).stream()
                        .map(scope ->
                                scopeWith(scope, Map.of("id", scope.resource().id())))
                        .toList());
    }

    private static List<Scope> scopes(Role role, boolean ofResources) {
        return role.scopes().stream()
                .filter(scope -> (scope.resource() != null) == ofResources)
                .toList();
    }

    private static Map<String, Object> scope(Scope scope) {
        return scope.resource() == null
                ? named(scope.id(), scope.name())
                : Map.of(
                        "id", scope.id(),
                        "name", scope.name(),
                        "resourceId", scope.resource().id(),
                        "createdAt", scope.created().toEpochMilli());
    }

    private static Map<String, Object> scopeWithResource(Scope scope) {
        return scopeWith(
                scope,
                Map.of(
                        "id",
                        scope.resource().id(),
                        "indicator",
                        scope.resource().indicator()));
    }

    private static Map<String, Object> scopeWith(Scope scope, Map<String, Object> resource) {
        return Map.of("id", scope.id(), "name", scope.name(), "resource", resource);
    }

    private static Map<String, Object> resource(Resource resource) {
        return Map.of(
                "id", resource.id(),
                "indicator", resource.indicator(),
                "scopes",
                        resource.scopes().values().stream()
                                .map(FakeManagementApi::scope)
                                .toList());
    }

    private static Map<String, Object> named(String id, String name) {
        return Map.of("id", id, "name", name);
    }

    private record Query(String search, String type, int page, int pageSize) {

        static Query of(@Nullable String raw) {
            Map<String, String> given = new LinkedHashMap<>();
            if (raw != null) {
                for (String parameter : raw.split("&")) {
                    String[] pair = parameter.split("=", 2);
                    given.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
                }
            }
            return new Query(
                    given.getOrDefault("q", ""),
                    given.getOrDefault("type", ""),
                    Integer.parseInt(given.getOrDefault("page", "0")),
                    Integer.parseInt(given.getOrDefault("page_size", Integer.toString(DEFAULT_PAGE_SIZE))));
        }
    }

    /** @param total the length of the whole list, of a page */
    record Reply(int status, String body, @Nullable Integer total) {

        static Reply of(Object body) {
            return new Reply(200, JSON.writeValueAsString(body), null);
        }

        static Reply refusal(int status, String code) {
            return new Reply(status, JSON.writeValueAsString(Map.of("code", code, "message", "no")), null);
        }

        /** A list that Logto always pages. */
        static <T> Reply page(Collection<T> all, Function<T, Object> shape, Query query) {
            int page = Math.max(query.page, 1);
            List<Object> items = all.stream()
                    .skip((long) (page - 1) * query.pageSize)
                    .limit(query.pageSize)
                    .map(shape)
                    .toList();
            return new Reply(200, JSON.writeValueAsString(items), all.size());
        }

        /** A list that Logto pages if the request names a page. */
        static <T> Reply list(Collection<T> all, Function<T, Object> shape, Query query) {
            return query.page > 0
                    ? page(all, shape, query)
                    : of(all.stream().map(shape).toList());
        }
    }
}
