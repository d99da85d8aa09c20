package io.scopeguard.logto;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Listing;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.RememberedRead;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** The API resources of a tenant, and their scopes for the catalogue. Thread-safe. */
final class LogtoResources {

    private static final Logger log = LoggerFactory.getLogger(LogtoResources.class);

    private final ManagementApi api;
    private final ScopeCatalogue catalogue;
    private final SteadyClock clock;
    private final @Nullable Set<Audience> own;
    private final RememberedRead<Map<String, String>> indicators;
    private volatile boolean isReported;

    /** @param own the API's own resources, or {@code null} for all resources of the tenant */
    LogtoResources(ManagementApi api, ScopeCatalogue catalogue, @Nullable Set<Audience> own, SteadyClock clock) {
        this.api = api;
        this.catalogue = catalogue;
        this.own = own;
        this.clock = clock;
        this.indicators = new RememberedRead<>(this::read, clock);
    }

    /** Whether the scopes of any resource are relevant. */
    boolean areOfInterest() {
        return own == null || !own.isEmpty();
    }

    /** The audience of this indicator, if its scopes are relevant. An indicator that is not a valid audience is ignored. */
    Optional<Audience> ofInterest(String indicator) {
        try {
            return Optional.of(Audience.resource(indicator)).filter(audience -> own == null || own.contains(audience));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * The audience of a resource, if its scopes are relevant. The indicator of a resource never changes. An unknown id is looked up
     * in a list that was read after the given time. If that list does not contain the id either, only the scopes of this resource
     * are ignored.
     */
    Optional<Audience> find(String id, long notBefore, CallContext context) {
        String indicator = indicators.get(RememberedRead.ANY_AGE, context).get(id);
        if (indicator == null) {
            indicator = indicators.get(notBefore, context).get(id);
        }
        if (indicator == null) {
            reportUnknown();
            return Optional.empty();
        }
        return ofInterest(indicator);
    }

    /** Updates the catalogue, unless it was read since the given time. */
    void refresh(long notBefore, CallContext context) {
        indicators.get(notBefore, context);
    }

    private Map<String, String> read(CallContext context) {
        Map<String, String> found = new HashMap<>();
        Map<Audience, Map<String, Listing>> scopes = new HashMap<>();
        for (Resource resource : api.all("resources", "/resources?includeScopes=true", context, Resource::of)) {
            found.put(resource.id, resource.indicator);
            ofInterest(resource.indicator).ifPresent(audience -> scopes.put(audience, resource.scopes));
        }
        long seenAt = clock.nanos();
        scopes.forEach((audience, listed) -> catalogue.learn(audience, listed, seenAt));
        return Map.copyOf(found);
    }

    /** Logs once, because such a role stays as it is. */
    private void reportUnknown() {
        if (!isReported) {
            isReported = true;
            log.warn("A role has scopes of a resource that Logto does not list: these scopes are ignored");
        }
    }

    private record Resource(String id, String indicator, Map<String, Listing> scopes) {

        static Resource of(JsonNode resource) {
            Map<String, Listing> scopes = new HashMap<>();
            Json.items(resource, "scopes", Function.identity())
                    .forEach(scope -> scopes.put(
                            Json.text(scope, "name"), new Listing(Json.text(scope, "id"), createdAt(scope))));
            scopes.keySet().removeIf(name -> !LogtoTokenReader.isPermission(name));
            return new Resource(Json.text(resource, "id"), Json.text(resource, "indicator"), scopes);
        }

        private static Instant createdAt(JsonNode scope) {
            return Instant.ofEpochMilli(Json.member(scope, "createdAt").asLong(0));
        }
    }
}
