package io.scopeguard.keycloak;

import static io.scopeguard.provider.http.PathTemplate.path;

import io.scopeguard.keycloak.Organizations.Organization;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.http.Json;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The definitions of roles. In an organization, a role is one of its groups, which grants the client roles mapped to it and has the
 * names of all roles mapped to it; each organization has its own groups. Outside of organizations, a role is a client role, which
 * grants the scope of its name, or a realm role. Thread-safe.
 */
final class KeycloakRoles {

    private static final int MAX_GROUPS = 2_000;

    private final AdminApi api;
    private final Organizations organizations;
    private final List<ApiClient> clients;
    private final @Nullable RealmRoles realmRoles;

    /** @param realmRoles {@code null} if realm roles cannot be required */
    KeycloakRoles(AdminApi api, Organizations organizations, List<ApiClient> clients, @Nullable RealmRoles realmRoles) {
        this.api = api;
        this.organizations = organizations;
        this.clients = clients;
        this.realmRoles = realmRoles;
    }

    /** The groups of one organization. */
    static DefinitionsKey groupsOf(String organization) {
        return new DefinitionsKey("organization-groups", organization);
    }

    Map<String, RoleDefinition> definitions(DefinitionsKey key, CallContext context) {
        return key.organization() == null ? globalRoles(context) : groups(key.organization(), context);
    }

    Optional<RoleScopes> scopesOf(DefinitionsKey key, String role, Audience audience, CallContext context) {
        if (key.organization() == null) {
            return Optional.ofNullable(globalRoles(context).get(role)).map(KeycloakRoles::complete);
        }
        Optional<ApiClient> client = clients.stream()
                .filter(each -> each.audience().equals(audience))
                .findFirst();
        if (client.isEmpty()) {
            return Optional.of(new RoleScopes(Map.of(audience, Scopes.none()), false));
        }
        return organizations
                .find(key.organization(), context)
                .flatMap(organization -> effective(organization, role, client.get(), context))
                .map(names -> new RoleScopes(Map.of(audience, Scopes.ofTokens(names)), false));
    }

    private static RoleScopes complete(RoleDefinition definition) {
        Map<Audience, Scopes> scopes = definition.scopes();
        return new RoleScopes(scopes == null ? Map.of() : scopes, true);
    }

    /** Composite roles are not expanded here: Keycloak expands them when it lists the roles of a user. */
    private Map<String, RoleDefinition> globalRoles(CallContext context) {
        Map<String, RoleDefinition> definitions = new HashMap<>();
        for (ApiClient client : clients) {
            client.roles(context).forEach(role -> definitions.put(role.id(), definition(client, role)));
        }
        if (realmRoles != null) {
            definitions.putAll(realmRoles.definitions(context));
        }
        return definitions;
    }

    private static RoleDefinition definition(ApiClient client, Role role) {
        return RoleDefinition.of(Map.of(client.audience(), Scopes.ofTokens(List.of(role.name()))))
                .named(role.name());
    }

    private Map<String, RoleDefinition> groups(String organization, CallContext context) {
        Optional<Organization> found = organizations.find(organization, context);
        if (found.isEmpty()) {
            // The members of a disabled organization have lost their standing, so the definitions of its groups are no
            // longer needed.
            throw new PermissionsUnavailableException(Reason.REFUSED, "Keycloak does not know the organization.");
        }
        Map<ApiClient, Set<String>> composites = new HashMap<>();
        clients.forEach(client -> composites.put(client, client.composites(context)));
        Map<String, RoleDefinition> definitions = new HashMap<>();
        Deque<Group> groups = new ArrayDeque<>(list(found.get(), null, context));
        while (!groups.isEmpty()) {
            Group group = groups.pop();
            definitions.put(group.id(), definition(found.get(), group, composites, context));
            if (group.hasChildren()) {
                groups.addAll(list(found.get(), group.id(), context));
            }
            if (definitions.size() + groups.size() > MAX_GROUPS) {
                throw new PermissionsUnavailableException(
                        Reason.MALFORMED, "An organization has more groups than the supported maximum.");
            }
        }
        return definitions;
    }

    /**
     * Lists groups of one level.
     *
     * @param parent {@code null} for the top level
     */
    private List<Group> list(Organization organization, @Nullable String parent, CallContext context) {
        String groups = parent == null
                ? path("/organizations/{}/groups", organization.id())
                : path("/organizations/{}/groups/{}/children", organization.id(), parent);
        return api.all(
                AdminRead.ORGANIZATION_GROUPS,
                groups + "?briefRepresentation=false&subGroupsCount=true",
                context,
                Group::of);
    }

    /** A member of a group does not have the roles of the parent group. */
    private RoleDefinition definition(
            Organization organization, Group group, Map<ApiClient, Set<String>> composites, CallContext context) {
        Map<Audience, Scopes> scopes = new HashMap<>();
        Set<String> names = new HashSet<>(realmRoles(organization, group, composites, context));
        composites.forEach((client, expanded) -> {
            Set<String> roles = group.showsAll(client.clientId(), expanded)
                    ? group.direct(client.clientId())
                    : effective(organization, group.id(), client, context).orElseThrow(Json::malformed);
            if (!roles.isEmpty()) {
                scopes.put(client.audience(), Scopes.ofTokens(roles));
                names.addAll(roles);
            }
        });
        return RoleDefinition.of(scopes).named(names);
    }

    /** A group whose list entry shows all granted roles of a client has no realm roles, not even through a composite role. */
    private Set<String> realmRoles(
            Organization organization, Group group, Map<ApiClient, Set<String>> composites, CallContext context) {
        boolean hasNone = composites.entrySet().stream()
                .anyMatch(client -> group.showsAll(client.getKey().clientId(), client.getValue()));
        return realmRoles == null || hasNone
                ? Set.of()
                : realmRoles.ofGroup(organization.id(), group.id(), context).orElseThrow(Json::malformed);
    }

    /** The names of the client's roles that a group has, with composite roles expanded. */
    private Optional<Set<String>> effective(
            Organization organization, String group, ApiClient client, CallContext context) {
        return client.withId(
                context,
                id -> api.get(
                        AdminRead.GROUP_ROLES,
                        path(
                                "/organizations/{}/groups/{}/role-mappings/clients/{}/composite",
                                organization.id(),
                                group,
                                id),
                        context,
                        list -> new HashSet<>(Json.items(list, role -> Json.text(role, "name")))));
    }

    /**
     * A group in a list of groups.
     *
     * @param clientRoles the names of the roles mapped to the group, by client; {@code null} if the list does not show them, as in
     *     a list of child groups
     */
    private record Group(
            String id,
            boolean hasChildren,
            boolean hasRealmRoles,
            @Nullable Map<String, Set<String>> clientRoles) {

        static Group of(JsonNode group) {
            JsonNode roles = group.path("clientRoles");
            return new Group(
                    Json.text(group, "id"),
                    Json.count(group, "subGroupCount") > 0,
                    !group.path("realmRoles").isEmpty(),
                    roles.isObject() ? clientRoles(roles) : null);
        }

        private static Map<String, Set<String>> clientRoles(JsonNode roles) {
            return roles.properties().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, client -> names(client.getValue())));
        }

        private static Set<String> names(JsonNode roles) {
            return StreamSupport.stream(roles.spliterator(), false)
                    .map(role -> role.asString(""))
                    .collect(Collectors.toSet());
        }

        /**
         * Whether the list shows every role of the client that the group grants. A realm role, or a role of another client, may
         * contain roles of this client.
         *
         * @param composites the roles of the client that contain other roles
         */
        boolean showsAll(String client, Set<String> composites) {
            return clientRoles != null
                    && !hasRealmRoles
                    && Set.of(client).containsAll(clientRoles.keySet())
                    && Collections.disjoint(clientRoles.getOrDefault(client, Set.of()), composites);
        }

        Set<String> direct(String client) {
            return clientRoles == null ? Set.of() : clientRoles.getOrDefault(client, Set.of());
        }
    }
}
