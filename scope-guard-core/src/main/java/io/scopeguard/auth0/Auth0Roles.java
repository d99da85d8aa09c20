package io.scopeguard.auth0;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.PathTemplate;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * The tenant's roles and their permissions. A role is defined once and can be held in any organization, or outside of them. The
 * list of roles costs one call, and the permissions one more for each role. Thread-safe.
 */
final class Auth0Roles {

    private final Auth0ManagementApi api;
    private final Predicate<Audience> isOwn;

    /**
     * @param isOwn whether an API belongs to this resource server
     */
    Auth0Roles(Auth0ManagementApi api, Predicate<Audience> isOwn) {
        this.api = api;
        this.isOwn = isOwn;
    }

    Map<String, RoleDefinition> definitions(CallContext context) {
        List<Role> roles = api.list(Listing.numbered("roles", "/roles", "roles"), context, Role::of)
                .orElseThrow(Json::malformed);
        Map<String, RoleDefinition> definitions = new HashMap<>();
        for (Role role : roles) {
            // A role that was deleted meanwhile is left out.
            permissionsOf(role.id, context)
                    .ifPresent(scopes ->
                            definitions.put(role.id, RoleDefinition.of(scopes).named(role.name)));
        }
        return definitions;
    }

    Optional<RoleScopes> scopesOf(String role, CallContext context) {
        return permissionsOf(role, context).map(scopes -> new RoleScopes(scopes, true));
    }

    private Optional<Map<Audience, Scopes>> permissionsOf(String role, CallContext context) {
        return permissions(
                Listing.numbered("role-permissions", PathTemplate.path("/roles/{}/permissions", role), "permissions"),
                context);
    }

    /** Reads a list of permissions, and leaves out those of other APIs. */
    Optional<Map<Audience, Scopes>> permissions(Listing listing, CallContext context) {
        return api.list(listing, context, Permission::of).map(this::byAudience);
    }

    private Map<Audience, Scopes> byAudience(List<Permission> permissions) {
        Map<Audience, List<String>> names = new HashMap<>();
        for (Permission permission : permissions) {
            audience(permission.api)
                    .filter(isOwn)
                    .ifPresent(audience -> names.computeIfAbsent(audience, same -> new ArrayList<>())
                            .add(permission.name));
        }
        Map<Audience, Scopes> scopes = new HashMap<>();
        names.forEach((audience, list) -> scopes.put(audience, Scopes.ofTokens(list)));
        return scopes;
    }

    /** The audience of an API; empty if its identifier is not a valid audience, because Auth0 accepts any text. */
    static Optional<Audience> audience(String identifier) {
        try {
            return Optional.of(Audience.resource(identifier));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private record Role(String id, String name) {

        static Role of(JsonNode role) {
            return new Role(Json.text(role, "id"), Json.text(role, "name"));
        }
    }

    /**
     * A permission of an API.
     *
     * @param api the identifier of the API
     */
    private record Permission(String name, String api) {

        static Permission of(JsonNode permission) {
            return new Permission(
                    Json.text(permission, "permission_name"), Json.text(permission, "resource_server_identifier"));
        }
    }
}
