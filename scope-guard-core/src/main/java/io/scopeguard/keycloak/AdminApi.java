package io.scopeguard.keycloak;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.http.ClientCredentialsToken;
import io.scopeguard.provider.http.HttpCalls;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.OutageLog;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Reads from the realm's Admin API. An empty {@link Optional} means that Keycloak reported that the object does not exist. Every
 * other error response throws. Thread-safe.
 */
final class AdminApi {

    static final int PAGE_SIZE = 100;

    /** The maximum number of pages. Longer lists are not read: ten thousand groups in one organization are not supported. */
    private static final int MAX_PAGES = 100;

    private final KeycloakRealm realm;
    private final ClientCredentialsToken token;
    private final HttpCalls calls;
    private final OutageLog outages;

    AdminApi(KeycloakRealm realm, ClientCredentialsToken token, HttpCalls calls, OutageLog outages) {
        this.realm = realm;
        this.token = token;
        this.calls = calls;
        this.outages = outages;
    }

    /**
     * Reads one object.
     *
     * @param path below the realm, built by {@code PathTemplate}
     */
    <T> Optional<T> get(AdminRead read, String path, CallContext context, Function<JsonNode, T> reader) {
        return outages.observe(() -> token.authorize(
                context,
                bearer -> calls.send(
                        read.operation(),
                        request(path, bearer),
                        context,
                        response -> interpret(read, response, reader))));
    }

    /** As {@link #list}, but throws if the list does not exist. */
    <T> List<T> all(AdminRead read, String path, CallContext context, Function<JsonNode, T> item) {
        return list(read, path, context, item).orElseThrow(Json::malformed);
    }

    /**
     * Reads all pages of a list. Keycloak returns no total: a page that is not full is the last. A repeated item shows that the
     * list changed between two pages; it is then read once more.
     */
    <T> Optional<List<T>> list(AdminRead read, String path, CallContext context, Function<JsonNode, T> item) {
        Optional<List<T>> items = pass(read, path, context, item);
        boolean hasChanged = items.isPresent()
                && new HashSet<>(items.get()).size() < items.get().size();
        return hasChanged ? pass(read, path, context, item) : items;
    }

    private <T> Optional<List<T>> pass(AdminRead read, String path, CallContext context, Function<JsonNode, T> item) {
        List<T> items = new ArrayList<>();
        for (int number = 0; number < MAX_PAGES; number++) {
            Optional<List<T>> page = page(read, path, number * PAGE_SIZE, context, item);
            if (page.isEmpty()) {
                return Optional.empty();
            }
            items.addAll(page.get());
            if (page.get().size() < PAGE_SIZE) {
                return Optional.of(items);
            }
        }
        throw new PermissionsUnavailableException(
                Reason.MALFORMED, "Keycloak's list is longer than the supported maximum.");
    }

    /**
     * Reads part of a list.
     *
     * @param first how many items to skip
     */
    <T> Optional<List<T>> page(
            AdminRead read, String path, int first, CallContext context, Function<JsonNode, T> item) {
        String numbered = path + (path.contains("?") ? "&" : "?") + "first=" + first + "&max=" + PAGE_SIZE;
        return get(read, numbered, context, array -> Json.items(array, item));
    }

    private HttpRequest.Builder request(String path, String bearer) {
        return HttpRequest.newBuilder(realm.admin(path))
                .header("Authorization", "Bearer " + bearer)
                .header("Accept", "application/json")
                .GET();
    }

    private static <T> Optional<T> interpret(
            AdminRead read, HttpResponse<byte[]> response, Function<JsonNode, T> reader) {
        int status = response.statusCode();
        if (status == 200) {
            return Optional.of(reader.apply(Json.parse(response.body())));
        }
        String error = error(response);
        if (error.isEmpty()) {
            // Firewalls and proxies in front of Keycloak refuse requests as well.
            throw new PermissionsUnavailableException(
                    Reason.REFUSED,
                    "The answer is " + status + ", and not Keycloak's: a firewall or proxy is in the way.");
        }
        if (read.isAbsence(error)) {
            return Optional.empty();
        }
        throw switch (status) {
            case 401 -> KeycloakRefusals.tokenNotAccepted();
            case 403 -> KeycloakRefusals.missingRight(read.right());
            default -> new PermissionsUnavailableException(Reason.REFUSED, "Keycloak refuses a read: " + status + ".");
        };
    }

    private static String error(HttpResponse<byte[]> response) {
        String error = Json.lenientText(response.body(), "error");
        return error.isEmpty() ? Json.lenientText(response.body(), "errorMessage") : error;
    }
}
