package io.scopeguard.logto;

import io.scopeguard.drift.ScopeCatalogue;
import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.permission.RoleDefinitions;
import io.scopeguard.permission.RoleKind;
import io.scopeguard.permission.Urgency;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is the same for all subjects of a tenant: roles and what they mean, resources, and the scopes there are. Thread-safe.
 */
final class Template {

    /** How old the list of scopes may grow before it is looked at for new ones. */
    private static final Duration CATALOGUE_AGE = Duration.ofSeconds(30);

    private final ManagementApi api;
    private final Clock clock;
    private final ScopeCatalogue catalogue;
    private final @Nullable Set<Audience> resources;
    private final SharedRead<Map<String, String>> resourceIndicators;
    private final SharedRead<Boolean> organizationScopes;

    /**
     * @param resources whose scopes matter, or {@code null} if all do
     */
    Template(ManagementApi api, ScopeCatalogue catalogue, @Nullable Set<Audience> resources, Clock clock) {
        this.api = api;
        this.clock = clock;
        this.catalogue = catalogue;
        this.resources = resources;
        this.resourceIndicators = new SharedRead<>(this::readResources, clock);
        this.organizationScopes = new SharedRead<>(this::readOrganizationScopes, clock);
    }

    /** What roles mean, as far as our audiences go. */
    RoleDefinitions roles(RoleKind kind, Urgency urgency) {
        return new RoleDefinitions(kind == RoleKind.ORGANIZATION ? organizationRoles(urgency) : globalRoles(urgency));
    }

    /**
     * Learns which scopes there are, if it is time or one is seen that is not known yet. Only the dating of news hangs on it:
     * if it fails, it is tried again next time.
     */
    void refreshCatalogue(Audience audience, Scopes seen, Urgency urgency) {
        Scopes known = catalogue.scopesOf(audience);
        boolean surprised = known == null ? !seen.isEmpty() : !known.containsAll(seen);
        Instant notBefore = surprised ? clock.instant() : clock.instant().minus(CATALOGUE_AGE);
        try {
            if (audience.isOrganization()) {
                organizationScopes.get(notBefore, urgency);
            } else {
                resourceIndicators.get(notBefore, urgency);
            }
        } catch (PermissionsUnavailableException | LogtoAccessException e) {
            // Reported where it happened.
        }
    }

    private Map<String, Map<Audience, Scopes>> organizationRoles(Urgency urgency) {
        Map<String, Map<Audience, Scopes>> meanings = new HashMap<>();
        for (OrganizationRole role :
                listed("organization-roles", "/organization-roles", urgency, OrganizationRole::of)) {
            meanings.put(role.id(), scopesOf(role, urgency));
        }
        return meanings;
    }

    private Map<Audience, Scopes> scopesOf(OrganizationRole role, Urgency urgency) {
        Map<Audience, List<String>> names = new HashMap<>();
        if (!role.scopes().isEmpty()) {
            names.put(Audience.ORGANIZATION, role.scopes());
        }
        if (hasResources()) {
            for (ResourceScope scope : role.resourceScopes()) {
                add(names, indicator(scope.resource(), urgency), scope.name());
            }
        }
        return scopes(names);
    }

    /** An id's indicator never changes; an id that is not known belongs to a resource made since. */
    private String indicator(String resourceId, Urgency urgency) {
        String known = resourceIndicators.get(Instant.MIN, urgency).get(resourceId);
        if (known != null) {
            return known;
        }
        String fresh = resourceIndicators.get(clock.instant(), urgency).get(resourceId);
        if (fresh == null) {
            throw Json.malformed();
        }
        return fresh;
    }

    private Map<String, Map<Audience, Scopes>> globalRoles(Urgency urgency) {
        Map<String, Map<Audience, Scopes>> meanings = new HashMap<>();
        if (hasResources()) {
            for (String id : listed("roles", "/roles", urgency, role -> Json.text(role, "id"))) {
                // One that is gone meanwhile is defined no more.
                globalRole(id, urgency).ifPresent(scopes -> meanings.put(id, scopes));
            }
        }
        return meanings;
    }

    private Optional<Map<Audience, Scopes>> globalRole(String id, Urgency urgency) {
        String path = ManagementApi.path("/roles/{}/scopes", id);
        return api.list("role-scopes", path, urgency, scope -> ResourceScope.of(scope, "indicator"))
                .map(scopes -> {
                    Map<Audience, List<String>> names = new HashMap<>();
                    scopes.forEach(scope -> add(names, scope.resource(), scope.name()));
                    return scopes(names);
                });
    }

    private Map<String, String> readResources(Urgency urgency) {
        Instant start = clock.instant();
        Map<String, String> indicators = new HashMap<>();
        for (Resource resource : listed("resources", "/resources?includeScopes=true", urgency, Resource::of)) {
            indicators.put(resource.id(), resource.indicator());
            audience(resource.indicator()).ifPresent(audience -> catalogue.learn(audience, resource.created(), start));
        }
        return Map.copyOf(indicators);
    }

    private Boolean readOrganizationScopes(Urgency urgency) {
        Instant start = clock.instant();
        Map<String, Instant> created = new HashMap<>();
        for (String scope : listed("organization-scopes", "/organization-scopes", urgency, Template::name)) {
            // Logto keeps no date of these.
            created.put(scope, Instant.MIN);
        }
        catalogue.learn(Audience.ORGANIZATION, created, start);
        return true;
    }

    private boolean hasResources() {
        return resources == null || !resources.isEmpty();
    }

    private void add(Map<Audience, List<String>> names, String indicator, String scope) {
        audience(indicator)
                .filter(audience -> resources == null || resources.contains(audience))
                .ifPresent(audience -> names.computeIfAbsent(audience, ignored -> new ArrayList<>())
                        .add(scope));
    }

    /** Nobody here takes tokens for a resource whose indicator is none: it must not keep the others from being read. */
    private static Optional<Audience> audience(String indicator) {
        try {
            return Optional.of(Audience.resource(indicator));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private <T> List<T> listed(String operation, String path, Urgency urgency, Function<JsonNode, T> item) {
        return api.list(operation, path, urgency, item).orElseThrow(Json::malformed);
    }

    private static String name(JsonNode scope) {
        return Json.text(scope, "name");
    }

    private static Map<Audience, Scopes> scopes(Map<Audience, List<String>> names) {
        Map<Audience, Scopes> scopes = new HashMap<>();
        names.forEach((audience, list) -> scopes.put(audience, Scopes.ofTokens(list)));
        return Map.copyOf(scopes);
    }

    /**
     * A role in organizations.
     *
     * @param resourceScopes of resources, by their ids
     */
    private record OrganizationRole(String id, List<String> scopes, List<ResourceScope> resourceScopes) {

        static OrganizationRole of(JsonNode role) {
            return new OrganizationRole(
                    Json.text(role, "id"),
                    Json.items(role, "scopes", Template::name),
                    Json.items(role, "resourceScopes", scope -> ResourceScope.of(scope, "id")));
        }
    }

    /** A scope of a resource, which is named by its id or by its indicator. */
    private record ResourceScope(String resource, String name) {

        static ResourceScope of(JsonNode scope, String key) {
            return new ResourceScope(Json.text(Json.member(scope, "resource"), key), Template.name(scope));
        }
    }

    /**
     * A resource.
     *
     * @param created when each of its scopes was
     */
    private record Resource(String id, String indicator, Map<String, Instant> created) {

        static Resource of(JsonNode resource) {
            Map<String, Instant> created = new HashMap<>();
            Json.items(resource, "scopes", Function.identity())
                    .forEach(scope -> created.put(Template.name(scope), createdAt(scope)));
            return new Resource(Json.text(resource, "id"), Json.text(resource, "indicator"), created);
        }

        private static Instant createdAt(JsonNode scope) {
            return Instant.ofEpochMilli(Json.member(scope, "createdAt").asLong(0));
        }
    }
}
