package io.scopeguard.logto;

import static io.scopeguard.provider.http.PathTemplate.path;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.http.Json;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The roles of a tenant and their scopes. Logto lists organization roles with their scopes, and global roles with the number of
 * their holders; the scopes of a global role cost one call each. Thread-safe.
 */
final class LogtoRoles {

    private final ManagementApi api;
    private final LogtoResources resources;
    private final LogtoScopes scopes;
    private final SteadyClock clock;

    LogtoRoles(ManagementApi api, LogtoResources resources, LogtoScopes scopes, SteadyClock clock) {
        this.api = api;
        this.resources = resources;
        this.scopes = scopes;
        this.clock = clock;
    }

    Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        return isGlobal(key) ? globalRoles(context) : organizationRoles(context);
    }

    Optional<RoleScopes> scopesOf(DefinitionsKey key, String role, Audience audience, CallContext context) {
        if (isGlobal(key)) {
            return scopesOfGlobalRole(role, context);
        }
        return audience.isOrganization()
                ? organizationScopesOf(role, context)
                : resourceScopesOf(role, audience, context);
    }

    /** Reads the facts that are needed first, and the catalogue. */
    void check(Collection<Audience> audiences, CallContext context) {
        organizationRoles(context);
        ScopesByAudience all = new ScopesByAudience();
        audiences.forEach(audience -> all.add(audience, List.of()));
        scopes.refresh(all, context);
    }

    private static boolean isGlobal(DefinitionsKey key) {
        return key.equals(DefinitionsKey.GLOBAL_ROLES);
    }

    private Map<String, RoleDefinition> organizationRoles(CallContext context) {
        long start = clock.nanos();
        ScopesByAudience all = new ScopesByAudience();
        all.add(Audience.ORGANIZATION, List.of());
        Map<String, RoleDefinition> definitions = new HashMap<>();
        for (OrganizationRole role :
                api.all("organization-roles", "/organization-roles", context, OrganizationRole::of)) {
            ScopesByAudience granted = granted(role, start, context);
            all.addAll(granted);
            definitions.put(role.id(), RoleDefinition.of(granted.toMap()).named(role.name()));
        }
        scopes.refresh(all, context);
        return definitions;
    }

    private ScopesByAudience granted(OrganizationRole role, long start, CallContext context) {
        ScopesByAudience granted = new ScopesByAudience();
        if (!role.scopes().isEmpty()) {
            granted.add(Audience.ORGANIZATION, role.scopes());
        }
        if (resources.areOfInterest()) {
            for (ResourceScope scope : role.resourceScopes()) {
                resources
                        .find(scope.resource(), start, context)
                        .ifPresent(of -> granted.add(of, List.of(scope.scope())));
            }
        }
        return granted;
    }

    private Optional<RoleScopes> organizationScopesOf(String role, CallContext context) {
        return api.list(
                        "organization-role-scopes",
                        path("/organization-roles/{}/scopes", role),
                        context,
                        ListedScope::of)
                .map(granted -> {
                    ScopesByAudience found = new ScopesByAudience();
                    found.add(Audience.ORGANIZATION, granted);
                    scopes.refreshIfUnknown(found, context);
                    return new RoleScopes(found.toMap(), false);
                });
    }

    private Optional<RoleScopes> resourceScopesOf(String role, Audience audience, CallContext context) {
        long start = clock.nanos();
        return api.list(
                        "organization-role-resource-scopes",
                        path("/organization-roles/{}/resource-scopes", role),
                        context,
                        ResourceScope::ofResourceId)
                .map(granted -> {
                    ScopesByAudience found = new ScopesByAudience();
                    found.add(audience, List.of());
                    granted.forEach(scope -> resources
                            .find(scope.resource(), start, context)
                            .ifPresent(of -> found.add(of, List.of(scope.scope()))));
                    scopes.refreshIfUnknown(found, context);
                    return new RoleScopes(found.toMap(), false);
                });
    }

    /** Includes roles for applications only: their names can be required, and no user holds them. */
    private Map<String, RoleDefinition> globalRoles(CallContext context) {
        Map<String, RoleDefinition> definitions = new HashMap<>();
        for (GlobalRole role : api.all("roles", "/roles", context, GlobalRole::of)) {
            definitions.put(role.id(), new RoleDefinition(Set.of(role.name()), null, role.userCount(), role.users()));
        }
        return definitions;
    }

    private Optional<RoleScopes> scopesOfGlobalRole(String role, CallContext context) {
        return api.list("role-scopes", path("/roles/{}/scopes", role), context, ResourceScope::ofResource)
                .map(granted -> {
                    ScopesByAudience found = new ScopesByAudience();
                    granted.forEach(scope -> resources
                            .ofInterest(scope.resource())
                            .ifPresent(of -> found.add(of, List.of(scope.scope()))));
                    scopes.refreshIfUnknown(found, context);
                    return new RoleScopes(found.toMap(), true);
                });
    }

    /**
     * A role in organizations.
     *
     * @param resourceScopes by the ids of their resources
     */
    private record OrganizationRole(
            String id, String name, List<ListedScope> scopes, List<ResourceScope> resourceScopes) {

        static OrganizationRole of(JsonNode role) {
            return new OrganizationRole(
                    Json.text(role, "id"),
                    Json.text(role, "name"),
                    Json.items(role, "scopes", ListedScope::of),
                    Json.items(role, "resourceScopes", scope -> ResourceScope.of(scope, "id")));
        }
    }

    /**
     * A role outside of organizations.
     *
     * @param users all holders of the role, or {@code null} if the list shows only some of them
     */
    private record GlobalRole(
            String id, String name, int userCount, @Nullable Set<String> users) {

        static GlobalRole of(JsonNode role) {
            int count = Json.count(role, "usersCount");
            Set<String> featured = new HashSet<>(Json.items(role, "featuredUsers", user -> Json.text(user, "id")));
            return new GlobalRole(
                    Json.text(role, "id"), Json.text(role, "name"), count, featured.size() == count ? featured : null);
        }
    }

    /**
     * A scope of a resource.
     *
     * @param resource the resource's id or its indicator
     */
    private record ResourceScope(String resource, ListedScope scope) {

        static ResourceScope of(JsonNode scope, String key) {
            return new ResourceScope(Json.text(Json.member(scope, "resource"), key), ListedScope.of(scope));
        }

        static ResourceScope ofResource(JsonNode scope) {
            return of(scope, "indicator");
        }

        static ResourceScope ofResourceId(JsonNode scope) {
            return new ResourceScope(Json.text(scope, "resourceId"), ListedScope.of(scope));
        }
    }
}
