package io.scopeguard.auth0;

import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.ManagementReads;
import io.scopeguard.provider.http.PagePosition;
import io.scopeguard.provider.http.ReceivedResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads from Auth0's Management API v2. An empty {@link Optional} means that Auth0 stated absence with its own error code; every
 * other error response is a failure. Thread-safe.
 */
final class Auth0ManagementApi {

    /** The maximum number of items on a page. */
    static final int PAGE_SIZE = 100;

    private static final int FIRST_PAGE = 0;

    /** The missing permissions, as an error message of Auth0 names them. */
    private static final Pattern EXPECTED_SCOPES = Pattern.compile("expected any of: ([a-z_:, ]{1,200})$");

    private final Auth0Tenant tenant;
    private final ManagementReads reads;
    private final Map<String, CallBudget> endpointBudgets;

    /** @param endpointBudgets limits of single endpoints, by operation, in addition to the limit on all calls */
    Auth0ManagementApi(Auth0Tenant tenant, ManagementReads reads, Map<String, CallBudget> endpointBudgets) {
        this.tenant = tenant;
        this.reads = reads;
        this.endpointBudgets = Map.copyOf(endpointBudgets);
    }

    /** Reads one object. */
    <T> Optional<T> get(String operation, String path, CallContext context, Function<JsonNode, T> reader) {
        return answer(operation, path, context, response -> reader.apply(Json.parse(response.body())));
    }

    /**
     * Reads a whole list.
     *
     * @param item reads one item
     */
    <T> Optional<List<T>> list(Listing listing, CallContext context, Function<JsonNode, T> item) {
        return reads.list(cursor -> page(listing, cursor, context, item));
    }

    /**
     * Reads one page of a list.
     *
     * @param cursor {@code null} for the first page
     * @param item reads one item
     */
    <T> Optional<Page<T>> page(
            Listing listing, @Nullable String cursor, CallContext context, Function<JsonNode, T> item) {
        return listing.isByCheckpoint()
                ? page(listing, checkpoint(cursor), context, item, Auth0ManagementApi::untilCheckpoint)
                : numbered(listing, PagePosition.of(cursor, FIRST_PAGE), context, item);
    }

    private <T> Optional<Page<T>> numbered(
            Listing listing, PagePosition position, CallContext context, Function<JsonNode, T> item) {
        return page(
                listing,
                number(position.number()),
                context,
                item,
                (body, items) -> position.page(items, Json.count(body, "total")));
    }

    private <T> Optional<Page<T>> page(
            Listing listing,
            String query,
            CallContext context,
            Function<JsonNode, T> item,
            BiFunction<JsonNode, List<T>, Page<T>> page) {
        String separator = listing.path().contains("?") ? "&" : "?";
        return answer(listing.operation(), listing.path() + separator + query, context, response -> {
            JsonNode body = Json.parse(response.body());
            return page.apply(body, Json.items(body, listing.items(), item));
        });
    }

    private static String checkpoint(@Nullable String cursor) {
        return "take=" + PAGE_SIZE + (cursor == null ? "" : "&from=" + encode(cursor));
    }

    private static String number(int page) {
        return "per_page=" + PAGE_SIZE + "&include_totals=true&page=" + page;
    }

    private static <T> Page<T> untilCheckpoint(JsonNode body, List<T> items) {
        String next = body.path("next").asString("");
        return new Page<>(items, next.isEmpty() ? null : next, Page.UNKNOWN_TOTAL);
    }

    private <T> Optional<T> answer(
            String operation, String path, CallContext context, Function<ReceivedResponse, T> reader) {
        return reads.get(
                operation,
                tenant.api(path),
                context,
                endpointBudgets.get(operation),
                response -> interpret(response, reader));
    }

    private <T> Optional<T> interpret(ReceivedResponse response, Function<ReceivedResponse, T> reader) {
        return switch (response.statusCode()) {
            case 200 -> Optional.of(reader.apply(response));
            case 401 -> throw isOfAuth0(response) ? Auth0Refusals.tokenNotAccepted() : reads.intercepted(response);
            case 403 -> throw isOfAuth0(response) ? forbidden(response) : reads.intercepted(response);
            case 404 -> notFound(response);
            default -> throw reads.refused(response);
        };
    }

    /** Firewalls and proxies respond with the same status. Only Auth0's own error object indicates a wrong setting. */
    private static boolean isOfAuth0(ReceivedResponse response) {
        try {
            return Json.parse(response.body()).path("statusCode").asInt(0) == response.statusCode();
        } catch (PermissionsUnavailableException e) {
            return false;
        }
    }

    private static SettingRefusedException forbidden(ReceivedResponse response) {
        Matcher expected = EXPECTED_SCOPES.matcher(Json.lenientText(response.body(), "message"));
        return expected.find()
                ? Auth0Refusals.missingPermissions(List.of(expected.group(1)))
                : Auth0Refusals.notAuthorized();
    }

    /** An unknown route is a 404 without an error code. */
    private static <T> Optional<T> notFound(ReceivedResponse response) {
        if (isOfAuth0(response)
                && !Json.lenientText(response.body(), "errorCode").isEmpty()) {
            return Optional.empty();
        }
        throw Json.malformed();
    }

    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
