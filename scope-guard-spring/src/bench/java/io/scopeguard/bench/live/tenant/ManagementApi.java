package io.scopeguard.bench.live.tenant;

import io.scopeguard.scope.Audience;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The reads of Logto's Management API, in Logto's shapes and order. Called only while the tenant does not change. */
final class ManagementApi {

    private static final String NOT_FOUND = "entity.not_found";

    /** The base of dates of creation, in milliseconds since 1970. Ids are added to it. */
    private static final long CREATED = 1_795_000_000_000L;

    private final Tenant tenant;

    ManagementApi(Tenant tenant) {
        this.tenant = tenant;
    }

    Answer answer(Query query) {
        return switch (query.route()) {
            case "organizations/{}/users" -> members(query);
            case "organizations/{}/users/{}/roles" -> memberRoles(query);
            case "organizations/{}" -> organization(query);
            case "users/{}" -> isUser(query.id()) ? Answer.of("user", user(query.id())) : notFound("user");
            case "users/{}/roles" -> userRoles(query);
            case "users/{}/organizations" -> userOrganizations(query);
            case "organization-roles" ->
                query.page(
                        "organization-roles",
                        Tenant.newestFirst(tenant.organizationRoles.values()),
                        this::organizationRole);
            case "organization-roles/{}/scopes" -> organizationRoleScopes(query);
            case "organization-roles/{}/resource-scopes" -> organizationRoleResourceScopes(query);
            case "organization-scopes" ->
                query.list(
                        "organization-scopes",
                        names(Audience.ORGANIZATION),
                        name -> scope(Audience.ORGANIZATION, name));
            case "roles" -> query.page("roles", Tenant.newestFirst(tenant.globalRoles.values()), this::globalRole);
            case "roles/{}/scopes" -> globalRoleScopes(query);
            case "roles/{}/users" -> holders(query);
            case "resources" -> query.list("resources", resources(), this::resource);
            case "resources/{}/scopes" -> resourceScopes(query);
            default -> Answer.error("unknown", 404, "unknown route");
        };
    }

    private Answer members(Query query) {
        Map<String, Set<String>> members = tenant.membersOf(query.id());
        String search = query.search();
        List<String> found = Tenant.newestFirst(members.keySet());
        if (search != null) {
            found.removeIf(user -> !user.contains(search));
        }
        return query.page(search == null ? "members" : "member-search", found, user -> {
            Map<String, Object> profile = user(user);
            profile.put("organizationRoles", roleNames(members.getOrDefault(user, Set.of())));
            return profile;
        });
    }

    private Answer memberRoles(Query query) {
        Set<String> roles = tenant.membersOf(query.id()).get(query.secondId());
        return roles == null
                ? Answer.error("member-roles", 422, "organization.require_membership")
                : query.list("member-roles", List.copyOf(roles), ManagementApi::role);
    }

    private Answer organization(Query query) {
        return tenant.organizations.containsKey(query.id())
                ? Answer.of("organization", entity(query.id()))
                : Answer.error("organization", 404, "entity.not_exists_with_id");
    }

    private Answer userRoles(Query query) {
        if (!isUser(query.id())) {
            return notFound("user-roles");
        }
        List<String> held = tenant.globalRoles.keySet().stream()
                .filter(role -> tenant.holdersOfGlobal(role).contains(query.id()))
                .toList();
        return query.page("user-roles", Tenant.newestFirst(held), ManagementApi::role);
    }

    private Answer userOrganizations(Query query) {
        return isUser(query.id())
                ? Answer.of("user-organizations", organizationsOf(query.id()))
                : notFound("user-organizations");
    }

    private List<Map<String, Object>> organizationsOf(String user) {
        List<Map<String, Object>> found = new ArrayList<>();
        for (String organization : tenant.organizationsOfUser.getOrDefault(user, Set.of())) {
            Map<String, Object> one = entity(organization);
            one.put(
                    "organizationRoles",
                    roleNames(tenant.membersOf(organization).getOrDefault(user, Set.of())));
            found.add(one);
        }
        return found;
    }

    private Answer organizationRoleScopes(Query query) {
        Role role = tenant.organizationRoles.get(query.id());
        return role == null
                ? notFound("organization-role-scopes")
                : query.list(
                        "organization-role-scopes",
                        List.copyOf(role.scopes(Audience.ORGANIZATION)),
                        name -> scope(Audience.ORGANIZATION, name));
    }

    private Answer organizationRoleResourceScopes(Query query) {
        Role role = tenant.organizationRoles.get(query.id());
        return role == null
                ? notFound("organization-role-resource-scopes")
                : query.list(
                        "organization-role-resource-scopes",
                        scopesOfResources(role),
                        scope -> scope(scope.getKey(), scope.getValue()));
    }

    private Answer globalRoleScopes(Query query) {
        Role role = tenant.globalRoles.get(query.id());
        if (role == null) {
            return Answer.error("role-scopes", 404, "entity.not_exists_with_id");
        }
        return query.list("role-scopes", scopesOfResources(role), scope -> {
            Map<String, Object> full = scope(scope.getKey(), scope.getValue());
            full.put("resource", resourceItself(scope.getKey()));
            return full;
        });
    }

    private Answer holders(Query query) {
        return tenant.globalRoles.containsKey(query.id())
                ? query.page("role-holders", Tenant.newestFirst(tenant.holdersOfGlobal(query.id())), this::user)
                : Answer.error("role-holders", 404, "entity.not_exists_with_id");
    }

    private Answer resourceScopes(Query query) {
        List<Map.Entry<Audience, String>> found = resources().stream()
                .filter(resource -> id(resource).equals(query.id()))
                .flatMap(resource -> names(resource).stream().map(name -> Map.entry(resource, name)))
                .toList();
        return query.page("resource-scopes", found, scope -> scope(scope.getKey(), scope.getValue()));
    }

    private Map<String, Object> organizationRole(Role role) {
        Map<String, Object> full = role(role.id());
        full.put(
                "scopes",
                role.scopes(Audience.ORGANIZATION).stream()
                        .map(name -> named(idOf(Audience.ORGANIZATION, name), name))
                        .toList());
        full.put(
                "resourceScopes",
                scopesOfResources(role).stream()
                        .map(scope -> {
                            Map<String, Object> one = named(idOf(scope.getKey(), scope.getValue()), scope.getValue());
                            one.put(
                                    "resource",
                                    named(id(scope.getKey()), scope.getKey().value()));
                            return one;
                        })
                        .toList());
        return full;
    }

    private Map<String, Object> globalRole(Role role) {
        Set<String> holders = tenant.holdersOfGlobal(role.id());
        Map<String, Object> full = role(role.id());
        full.put("isDefault", false);
        full.put("usersCount", holders.size());
        full.put(
                "featuredUsers",
                holders.stream().limit(3).map(user -> named(user, user)).toList());
        full.put("applicationsCount", 0);
        full.put("featuredApplications", List.of());
        return full;
    }

    private Map<String, Object> resource(Audience resource) {
        Map<String, Object> full = resourceItself(resource);
        full.put(
                "scopes",
                names(resource).stream().map(name -> scope(resource, name)).toList());
        return full;
    }

    private Map<String, Object> resourceItself(Audience resource) {
        Map<String, Object> itself = entity(id(resource));
        itself.put("indicator", resource.value());
        itself.put("isDefault", false);
        itself.put("accessTokenTtl", 3600);
        return itself;
    }

    private Map<String, Object> scope(Audience audience, String name) {
        Map<String, Object> scope = named(idOf(audience, name), name);
        scope.put("tenantId", "default");
        scope.put("description", name);
        if (!audience.isOrganization()) {
            scope.put("resourceId", id(audience));
            scope.put("createdAt", CREATED + number(audience, name));
        }
        return scope;
    }

    private Map<String, Object> user(String id) {
        Map<String, Object> user = named(id, "User " + id);
        user.put("username", id);
        user.put("primaryEmail", id + "@example.test");
        user.put("customData", Map.of());
        user.put("identities", Map.of());
        user.put("createdAt", CREATED);
        user.put("updatedAt", CREATED);
        user.put("profile", Map.of());
        user.put("isSuspended", tenant.suspended.contains(id));
        return user;
    }

    private boolean isUser(String id) {
        return tenant.organizationsOfUser.containsKey(id)
                || tenant.holders.values().stream().anyMatch(users -> users.contains(id));
    }

    private List<Audience> resources() {
        return tenant.scopes.keySet().stream()
                .filter(audience -> !audience.isOrganization())
                .toList();
    }

    private List<String> names(Audience audience) {
        return List.copyOf(tenant.scopes.getOrDefault(audience, Map.of()).keySet());
    }

    private long number(Audience audience, String name) {
        return Objects.requireNonNull(
                tenant.scopes.getOrDefault(audience, Map.of()).get(name), () -> "undefined: " + name);
    }

    private String idOf(Audience audience, String name) {
        return "scope" + number(audience, name);
    }

    private static List<Map.Entry<Audience, String>> scopesOfResources(Role role) {
        return role.scopes().entrySet().stream()
                .filter(entry -> !entry.getKey().isOrganization())
                .flatMap(entry -> entry.getValue().stream().map(name -> Map.entry(entry.getKey(), name)))
                .toList();
    }

    private static List<Map<String, Object>> roleNames(Set<String> roles) {
        return roles.stream().map(role -> named(role, role)).toList();
    }

    private static Map<String, Object> role(String id) {
        Map<String, Object> role = entity(id);
        role.put("type", "User");
        return role;
    }

    private static Map<String, Object> entity(String id) {
        Map<String, Object> entity = named(id, id);
        entity.put("tenantId", "default");
        entity.put("description", id);
        return entity;
    }

    private static Map<String, Object> named(String id, String name) {
        Map<String, Object> named = new LinkedHashMap<>();
        named.put("id", id);
        named.put("name", name);
        return named;
    }

    private static String id(Audience resource) {
        return "res" + Integer.toHexString(resource.value().hashCode());
    }

    private static Answer notFound(String kind) {
        return Answer.error(kind, 404, NOT_FOUND);
    }
}
