package io.scopeguard.keycloak;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.ManagementReads;
import io.scopeguard.provider.http.ReceivedResponse;
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

    private final KeycloakRealm realm;
    private final ManagementReads reads;

    AdminApi(KeycloakRealm realm, ManagementReads reads) {
        this.realm = realm;
        this.reads = reads;
    }

    /**
     * Reads one object.
     *
     * @param path below the realm, built by {@code PathTemplate}
     */
    <T> Optional<T> get(AdminRead read, String path, CallContext context, Function<JsonNode, T> reader) {
        return reads.get(read.operation(), realm.admin(path), context, response -> interpret(read, response, reader));
    }

    /**
     * Reads a list that Keycloak always returns as a whole: it ignores page parameters there, so that a full page would not show
     * whether there are more.
     */
    <T> List<T> whole(AdminRead read, String path, CallContext context, Function<JsonNode, T> item) {
        return get(read, path, context, array -> Json.items(array, item)).orElseThrow(Json::malformed);
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
        return reads.unchangedList(cursor -> {
            int first = cursor == null ? 0 : Integer.parseInt(cursor);
            return page(read, path, first, context, item).map(items -> page(items, first));
        });
    }

    private static <T> Page<T> page(List<T> items, int first) {
        String next = items.size() < PAGE_SIZE ? null : String.valueOf(first + PAGE_SIZE);
        return new Page<>(items, next, Page.UNKNOWN_TOTAL);
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

    private <T> Optional<T> interpret(AdminRead read, ReceivedResponse response, Function<JsonNode, T> reader) {
        int status = response.statusCode();
        if (status == 200) {
            return Optional.of(reader.apply(Json.parse(response.body())));
        }
        String error = error(response);
        if (error.isEmpty()) {
            throw reads.intercepted(response);
        }
        if (read.isAbsence(error)) {
            return Optional.empty();
        }
        throw switch (status) {
            case 401 -> KeycloakRefusals.tokenNotAccepted();
            case 403 -> KeycloakRefusals.missingRight(read.right());
            default -> reads.refused(response);
        };
    }

    private static String error(ReceivedResponse response) {
        String error = Json.lenientText(response.body(), "error");
        return error.isEmpty() ? Json.lenientText(response.body(), "errorMessage") : error;
    }
}
