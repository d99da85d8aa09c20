package io.scopeguard.keycloak;

import static io.scopeguard.provider.http.PathTemplate.path;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.ScopeCatalogue.Listing;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.RememberedRead;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The Keycloak client whose roles are the scopes of one API resource. Keeps the catalogue of scopes up to date. Thread-safe. */
final class ApiClient {

    private final Audience audience;
    private final String clientId;
    private final AdminApi api;
    private final ScopeCatalogue catalogue;
    private final SharedReads shared;
    private final SteadyClock clock;
    private final RememberedRead<Optional<String>> id;
    private final RememberedRead<List<Role>> roles;

    /** The client's id from the last read. */
    private volatile @Nullable String lastId;

    ApiClient(
            Audience audience,
            String clientId,
            AdminApi api,
            ScopeCatalogue catalogue,
            SharedReads shared,
            SteadyClock clock) {
        this.audience = audience;
        this.clientId = clientId;
        this.api = api;
        this.catalogue = catalogue;
        this.shared = shared;
        this.clock = clock;
        this.id = new RememberedRead<>(this::readId, clock);
        this.roles = new RememberedRead<>(this::readRoles, clock);
    }

    Audience audience() {
        return audience;
    }

    String clientId() {
        return clientId;
    }

    /** The client's roles. A recent answer is shared if the context takes it. */
    List<Role> roles(CallContext context) {
        return roles.share(shared.notBefore(), context);
    }

    /** The names of the roles that contain other roles. */
    Set<String> composites(CallContext context) {
        return roles(context).stream().filter(Role::isComposite).map(Role::name).collect(Collectors.toSet());
    }

    /**
     * Makes a read that needs the client's id. If Keycloak refuses it, the client may have been created again with another id; then
     * the read is made once more with that.
     *
     * @param read receives the id
     * @throws io.scopeguard.provider.SettingRefusedException if the realm has no such client
     */
    <T> T withId(CallContext context, Function<String, T> read) {
        String known = id(context);
        try {
            return read.apply(known);
        } catch (PermissionsUnavailableException e) {
            String present = e.reason() == Reason.REFUSED ? presentId(context) : known;
            if (present.equals(known)) {
                throw e;
            }
            return read.apply(present);
        }
    }

    /** The client's id in the API, from a read of any age. */
    private String id(CallContext context) {
        return id.get(RememberedRead.ANY_AGE, context).orElseGet(() -> presentId(context));
    }

    private String presentId(CallContext context) {
        return id.get(shared.notBefore(), context).orElseThrow(() -> KeycloakRefusals.unknownApiClient(clientId));
    }

    /** Whether this is the client's id, according to the last read. */
    boolean hasId(String other) {
        return other.equals(lastId);
    }

    private Optional<String> readId(CallContext context) {
        Optional<String> found =
                api.all(AdminRead.CLIENTS, path("/clients?clientId={}", clientId), context, Found::of).stream()
                        .filter(client -> client.clientId().equals(clientId))
                        .map(Found::id)
                        .findFirst();
        lastId = found.orElse(null);
        return found;
    }

    private List<Role> readRoles(CallContext context) {
        List<Role> found = withId(
                context, id -> api.all(AdminRead.CLIENT_ROLES, path("/clients/{}/roles", id), context, Role::of));
        Map<String, Listing> scopes = new HashMap<>();
        // Keycloak does not store when a role was created.
        found.forEach(role -> scopes.put(role.name(), new Listing(role.id(), null)));
        catalogue.learn(audience, scopes, clock.nanos());
        return found;
    }

    private record Found(String id, String clientId) {

        static Found of(JsonNode client) {
            return new Found(Json.text(client, "id"), Json.text(client, "clientId"));
        }
    }
}
