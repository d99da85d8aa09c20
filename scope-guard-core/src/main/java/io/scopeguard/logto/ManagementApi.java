package io.scopeguard.logto;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.SettingRefusedException;
import io.scopeguard.provider.http.Json;
import io.scopeguard.provider.http.ManagementReads;
import io.scopeguard.provider.http.PagePosition;
import io.scopeguard.provider.http.ReceivedResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads from Logto's Management API. An empty {@link Optional} means that Logto stated absence with its own error code; every other
 * error response is a failure. Thread-safe.
 */
final class ManagementApi {

    static final int PAGE_SIZE = 100;
    private static final int FIRST_PAGE = 1;
    private static final Set<String> NOT_FOUND =
            Set.of("entity.not_found", "entity.not_exists_with_id", "organization.require_membership");

    private final LogtoTenant tenant;
    private final ManagementReads reads;

    ManagementApi(LogtoTenant tenant, ManagementReads reads) {
        this.tenant = tenant;
        this.reads = reads;
    }

    /** Reads one object; empty if it does not exist. */
    <T> Optional<T> get(String operation, String path, CallContext context, Function<JsonNode, T> reader) {
        return answer(operation, path, context, response -> reader.apply(Json.parse(response.body())));
    }

    /** As {@link #list}, but throws if the list does not exist. */
    <T> List<T> all(String operation, String path, CallContext context, Function<JsonNode, T> item) {
        return list(operation, path, context, item).orElseThrow(Json::malformed);
    }

    /**
     * Reads all pages of a list. If the list changed meanwhile, which can skip or repeat items, it is read once more.
     *
     * @param item reads one of its items
     */
    <T> Optional<List<T>> list(String operation, String path, CallContext context, Function<JsonNode, T> item) {
        return reads.unchangedList(cursor -> page(operation, path, cursor, context, item));
    }

    /**
     * Reads one page of a list.
     *
     * @param cursor of the page, {@code null} for the first
     * @param item reads one of its items
     */
    <T> Optional<Page<T>> page(
            String operation, String path, @Nullable String cursor, CallContext context, Function<JsonNode, T> item) {
        PagePosition position = PagePosition.of(cursor, FIRST_PAGE);
        return answer(
                operation, numbered(path, position.number()), context, response -> page(response, position, item));
    }

    private static String numbered(String path, int number) {
        return path + (path.contains("?") ? "&" : "?") + "page=" + number + "&page_size=" + PAGE_SIZE;
    }

    private static <T> Page<T> page(ReceivedResponse response, PagePosition position, Function<JsonNode, T> item) {
        List<T> items = Json.items(Json.parse(response.body()), item);
        boolean isCapped =
                response.headers().firstValue("Total-Number-Is-Capped").isPresent();
        if (isCapped) {
            String next = items.size() >= PAGE_SIZE ? position.next(items.size()) : null;
            return new Page<>(items, next, Page.UNKNOWN_TOTAL);
        }
        return position.page(items, total(response));
    }

    /** Logto returns unpaged lists as a whole, without a total. */
    private static int total(ReceivedResponse response) {
        return response.headers()
                .firstValue("Total-Number")
                .map(ManagementApi::total)
                .orElse(Page.UNKNOWN_TOTAL);
    }

    private static int total(String number) {
        if (!number.matches("\\d{1,9}")) {
            throw Json.malformed();
        }
        return Integer.parseInt(number);
    }

    private <T> Optional<T> answer(
            String operation, String path, CallContext context, Function<ReceivedResponse, T> reader) {
        return reads.get(operation, tenant.api(path), context, response -> interpret(response, reader));
    }

    private <T> Optional<T> interpret(ReceivedResponse response, Function<ReceivedResponse, T> reader) {
        return switch (response.statusCode()) {
            case 200 -> Optional.of(reader.apply(response));
            case 401 -> throw refusal(response, LogtoRefusals::tokenNotAccepted);
            case 403 -> throw refusal(response, LogtoRefusals::noManagementAccess);
            case 404, 422 -> notFound(response);
            default -> throw reads.refused(response);
        };
    }

    /**
     * Firewalls and proxies in front of Logto also respond with 401 and 403. Only Logto's own error codes indicate a wrong setting.
     */
    private RuntimeException refusal(ReceivedResponse response, Supplier<SettingRefusedException> refusal) {
        if (Json.lenientText(response.body(), "code").startsWith("auth.")) {
            return refusal.get();
        }
        return reads.intercepted(response);
    }

    /** An unknown route is also a 404, in plain text. Only Logto's own error code states absence. */
    private static <T> Optional<T> notFound(ReceivedResponse response) {
        if (NOT_FOUND.contains(Json.parse(response.body()).path("code").asString(""))) {
            return Optional.empty();
        }
        throw Json.malformed();
    }
}
