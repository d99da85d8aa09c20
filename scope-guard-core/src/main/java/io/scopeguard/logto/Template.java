package io.scopeguard.logto;

import io.scopeguard.drift.ScopeCatalogue;
import io.scopeguard.logto.SharedRead.Aged;
import io.scopeguard.permission.PermissionsUnavailableException;
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
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/**
 * What is the same for all subjects of a tenant: roles and what they mean, resources, and the scopes there are. Each part is
 * read by itself and shared. Thread-safe.
 */
final class Template {

    /** How old the list of scopes may grow before it is looked at for new ones. */
    private static final Duration CATALOGUE_AGE = Duration.ofSeconds(30);

    private final ManagementApi api;
    private final Clock clock;
    private final ScopeCatalogue catalogue;
    private final SharedRead<Map<String, String>> resourceIndicators;
    private final SharedRead<Map<String, RoleScopes>> organizationRoles;
    private final SharedRead<Boolean> organizationScopes;
    private final Map<String, SharedRead<RoleScopes>> globalRoles = new ConcurrentHashMap<>();

    Template(ManagementApi api, ScopeCatalogue catalogue, Clock clock) {
        this.api = api;
        this.clock = clock;
        this.catalogue = catalogue;
        this.resourceIndicators = new SharedRead<>(this::readResources, clock);
        this.organizationRoles = new SharedRead<>(this::readOrganizationRoles, clock);
        this.organizationScopes = new SharedRead<>(this::readOrganizationScopes, clock);
    }

    /** What each organization role means, by its id. */
    Aged<Map<String, RoleScopes>> organizationRoles(Instant notBefore) {
        return organizationRoles.get(notBefore);
    }

    /** What a global role means; nothing, if there is none of this id any more. */
    Aged<RoleScopes> globalRole(String id, Instant notBefore) {
        return globalRoles
                .computeIfAbsent(id, role -> new SharedRead<>(() -> readGlobalRole(role), clock))
                .get(notBefore);
    }

    /**
     * Learns which scopes there are, if it is time or one is seen that is not known yet. Only the dating of news hangs on it:
     * if it fails, it is tried again next time.
     */
    void refreshCatalogue(Audience audience, Scopes seen) {
        Scopes known = catalogue.scopesOf(audience);
        boolean surprised = known == null ? !seen.isEmpty() : !known.containsAll(seen);
        Instant notBefore = surprised ? clock.instant() : clock.instant().minus(CATALOGUE_AGE);
        try {
            if (audience.isOrganization()) {
                organizationScopes.get(notBefore);
            } else {
                resourceIndicators.get(notBefore);
            }
        } catch (PermissionsUnavailableException | LogtoAccessException e) {
            // Reported where it happened.
        }
    }

    private Map<String, RoleScopes> readOrganizationRoles() {
        List<JsonNode> roles = listed("organization-roles", "/organization-roles");
        Map<String, RoleScopes> meanings = new HashMap<>();
        for (JsonNode role : roles) {
            meanings.put(Json.text(role, "id"), new RoleScopes(scopesOf(role)));
        }
        return Map.copyOf(meanings);
    }

    private Map<Audience, Scopes> scopesOf(JsonNode role) {
        Map<Audience, List<String>> names = new HashMap<>();
        for (JsonNode scope : Json.items(role, "scopes")) {
            names.computeIfAbsent(Audience.ORGANIZATION, audience -> new ArrayList<>())
                    .add(Json.text(scope, "name"));
        }
        for (JsonNode scope : Json.items(role, "resourceScopes")) {
            String indicator = indicator(Json.text(Json.member(scope, "resource"), "id"));
            add(names, indicator, Json.text(scope, "name"));
        }
        return scopes(names);
    }

    /** An id's indicator never changes; an id that is not known belongs to a resource made since. */
    private String indicator(String resourceId) {
        String known = resourceIndicators.get(Instant.MIN).value().get(resourceId);
        if (known != null) {
            return known;
        }
        String fresh = resourceIndicators.get(clock.instant()).value().get(resourceId);
        if (fresh == null) {
            throw Json.malformed();
        }
        return fresh;
    }

    private RoleScopes readGlobalRole(String id) {
        return api.list("role-scopes", ManagementApi.path("/roles/{}/scopes", id))
                .map(scopes -> {
                    Map<Audience, List<String>> names = new HashMap<>();
                    for (JsonNode scope : scopes) {
                        String indicator = Json.text(Json.member(scope, "resource"), "indicator");
                        add(names, indicator, Json.text(scope, "name"));
                    }
                    return new RoleScopes(scopes(names));
                })
                .orElse(RoleScopes.NONE);
    }

    private Map<String, String> readResources() {
        Instant start = clock.instant();
        Map<String, String> indicators = new HashMap<>();
        for (JsonNode resource : listed("resources", "/resources?includeScopes=true")) {
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

    private Boolean readOrganizationScopes() {
        Instant start = clock.instant();
        Map<String, Instant> created = new HashMap<>();
        for (JsonNode scope : listed("organization-scopes", "/organization-scopes")) {
            // Logto keeps no date of these.
            created.put(Json.text(scope, "name"), Instant.MIN);
        }
        catalogue.learn(Audience.ORGANIZATION, created, start);
        return true;
    }

    private static void add(Map<Audience, List<String>> names, String indicator, String scope) {
        audience(indicator)
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

    private List<JsonNode> listed(String operation, String path) {
        return api.list(operation, path).orElseThrow(Json::malformed);
    }

    private static Map<Audience, Scopes> scopes(Map<Audience, List<String>> names) {
        Map<Audience, Scopes> scopes = new HashMap<>();
        names.forEach((audience, list) -> scopes.put(audience, Scopes.ofTokens(list)));
        return Map.copyOf(scopes);
    }
}
