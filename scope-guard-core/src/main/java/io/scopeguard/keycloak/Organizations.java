package io.scopeguard.keycloak;

import static io.scopeguard.provider.http.PathTemplate.path;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.RememberedRead;
import io.scopeguard.time.SteadyClock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The organizations that requests are about. Keycloak's API addresses them by id; elsewhere the library knows them by their
 * {@linkplain OrganizationIdentifier identifier}. Bounded and thread-safe.
 */
final class Organizations {

    private static final int MAX_REMEMBERED = 100_000;

    private final AdminApi api;
    private final OrganizationIdentifier identifier;
    private final SharedReads shared;
    private final SteadyClock clock;
    private final Cache<String, RememberedRead<Optional<Organization>>> reads =
            Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

    /** The identifiers of organizations that were read, by id. */
    private final Cache<String, String> identifiers =
            Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

    Organizations(AdminApi api, OrganizationIdentifier identifier, SharedReads shared, SteadyClock clock) {
        this.api = api;
        this.identifier = identifier;
        this.shared = shared;
        this.clock = clock;
    }

    /**
     * An organization, as Keycloak describes it.
     *
     * @param id its id in the API
     * @param isEnabled whether tokens are issued for it
     */
    record Organization(String id, String alias, boolean isEnabled) {

        static Organization of(JsonNode organization) {
            return new Organization(
                    Json.text(organization, "id"),
                    Json.text(organization, "alias"),
                    Json.flag(organization, "enabled"));
        }
    }

    /**
     * Finds an organization. A recent answer is shared if the context takes it.
     *
     * @return empty if the organization does not exist
     */
    Optional<Organization> find(String organization, CallContext context) {
        return reads.get(organization, key -> new RememberedRead<>(reading -> read(key, reading), clock))
                .share(shared.notBefore(), context);
    }

    /**
     * The identifier of an organization that a read was about.
     *
     * @return {@code null} if the organization has not been used yet
     */
    @Nullable
    String identifierOf(String id) {
        return identifier == OrganizationIdentifier.ID ? id : identifiers.getIfPresent(id);
    }

    private Optional<Organization> read(String organization, CallContext context) {
        Optional<Organization> found = identifier == OrganizationIdentifier.ID
                ? api.get(AdminRead.ORGANIZATION, path("/organizations/{}", organization), context, Organization::of)
                : byAlias(organization, context);
        found.ifPresent(known -> identifiers.put(known.id(), organization));
        return found;
    }

    /** The search also compares attributes, so it may return other organizations. */
    private Optional<Organization> byAlias(String alias, CallContext context) {
        List<Organization> found =
                api.all(AdminRead.ORGANIZATIONS, path("/organizations?q=alias:{}", alias), context, Organization::of);
        return found.stream()
                .filter(organization -> organization.alias().equals(alias))
                .findFirst();
    }
}
