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
        for (JsonNode role : listed("organization-roles", "/organization-roles", urgency)) {
            meanings.put(Json.text(role, "id"), scopesOf(role, urgency));
        }
        return meanings;
    }

    private Map<Audience, Scopes> scopesOf(JsonNode role, Urgency urgency) {
        Map<Audience, List<String>> names = new HashMap<>();
        for (JsonNode scope : Json.items(role, "scopes")) {
            names.computeIfAbsent(Audience.ORGANIZATION, audience -> new ArrayList<>())
                    .add(Json.text(scope, "name"));
        }
        List<JsonNode> ofResources = Json.items(role, "resourceScopes");
        if (hasResources()) {
            for (JsonNode scope : ofResources) {
                String indicator = indicator(Json.text(Json.member(scope, "resource"), "id"), urgency);
                add(names, indicator, Json.text(scope, "name"));
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
            for (JsonNode role : listed("roles", "/roles", urgency)) {
                String id = Json.text(role, "id");
                // One that is gone meanwhile is defined no more.
                globalRole(id, urgency).ifPresent(scopes -> meanings.put(id, scopes));
            }
        }
        return meanings;
    }

    private Optional<Map<Audience, Scopes>> globalRole(String id, Urgency urgency) {
        return api.list("role-scopes", ManagementApi.path("/roles/{}/scopes", id), urgency)
                .map(scopes -> {
                    Map<Audience, List<String>> names = new HashMap<>();
                    for (JsonNode scope : scopes) {
                        String indicator = Json.text(Json.member(scope, "resource"), "indicator");
                        add(names, indicator, Json.text(scope, "name"));
                    }
                    return scopes(names);
                });
    }

    private Map<String, String> readResources(Urgency urgency) {
        Instant start = clock.instant();
        Map<String, String> indicators = new HashMap<>();
        for (JsonNode resource : listed("resources", "/resources?includeScopes=true", urgency)) {
            String indicator = Json.text(resource, "indicator");
            indicators.put(Json.text(resource, "id"), indicator);
            Map<String, Instant> created = new HashMap<>();
            for (JsonNode scope : Json.items(resource, "scopes")) {
                created.put(
                        Json.text(scope, "name"),
                        Instant.ofEpochMilli(Json.member(scope, "createdAt").asLong(0)));
            }
            audience(indicator).ifPresent(audience -> catalogue.learn(audience, created, start));
        }
        return Map.copyOf(indicators);
    }

    private Boolean readOrganizationScopes(Urgency urgency) {
        Instant start = clock.instant();
        Map<String, Instant> created = new HashMap<>();
        for (JsonNode scope : listed("organization-scopes", "/organization-scopes", urgency)) {
            // Logto keeps no date of these.
            created.put(Json.text(scope, "name"), Instant.MIN);
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

    private List<JsonNode> listed(String operation, String path, Urgency urgency) {
        return api.list(operation, path, urgency).orElseThrow(Json::malformed);
    }

    private static Map<Audience, Scopes> scopes(Map<Audience, List<String>> names) {
        Map<Audience, Scopes> scopes = new HashMap<>();
        names.forEach((audience, list) -> scopes.put(audience, Scopes.ofTokens(list)));
        return Map.copyOf(scopes);
    }
}
