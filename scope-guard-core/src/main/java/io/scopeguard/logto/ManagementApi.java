package io.scopeguard.logto;

import io.scopeguard.permission.PermissionsUnavailableException;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.permission.Urgency;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * Reads from Logto's Management API. An empty {@link Optional} means that Logto says, by its own error code, that there is no
 * such thing; every other refusal is trouble. Thread-safe.
 */
final class ManagementApi {

    private static final int PAGE_SIZE = 100;
    private static final int MAX_ID_LENGTH = 2048;
    private static final int MAX_PAGES = 100;
    private static final Set<String> NOT_FOUND =
            Set.of("entity.not_found", "entity.not_exists_with_id", "organization.require_membership");

    private final LogtoTenant tenant;
    private final ManagementToken token;
    private final HttpCalls calls;
    private final TroubleLog trouble;

    ManagementApi(LogtoTenant tenant, ManagementToken token, HttpCalls calls, TroubleLog trouble) {
        this.trouble = trouble;
        this.tenant = tenant;
        this.token = token;
        this.calls = calls;
    }

    /** One thing. */
    <T> Optional<T> get(String operation, String path, Urgency urgency, Function<JsonNode, T> reader) {
        return answer(operation, path, urgency, response -> reader.apply(Json.parse(response.body())));
    }

    /**
     * A list, all pages of it.
     *
     * @param item reads one of its items
     */
    <T> Optional<List<T>> list(String operation, String path, Urgency urgency, Function<JsonNode, T> item) {
        List<T> all = new ArrayList<>();
        for (int number = 1; number <= MAX_PAGES; number++) {
            Function<HttpResponse<byte[]>, Page<T>> reader = page(number, item).andThen(page -> page.after(all));
            Optional<Page<T>> page = answer(operation, numbered(path, number), urgency, reader);
            if (page.isEmpty()) {
                return Optional.empty();
            }
            all.addAll(page.get().items());
            if (all.size() >= page.get().total()) {
                return Optional.of(all);
            }
        }
        throw new PermissionsUnavailableException(Reason.MALFORMED, "Logto's list is longer than we read.");
    }

    /**
     * One page of a list.
     *
     * @param number from one
     * @param item reads one of its items
     */
    <T> Optional<Page<T>> page(String operation, String path, int number, Urgency urgency, Function<JsonNode, T> item) {
        return answer(operation, numbered(path, number), urgency, page(number, item));
    }

    /** A path of the API, each variable percent-encoded: ids come from tokens. */
    static String path(String template, String... variables) {
        String path = template;
        for (String variable : variables) {
            path = path.replaceFirst("\\{}", segment(variable));
        }
        return path;
    }

    private static String numbered(String path, int number) {
        return path + (path.contains("?") ? "&" : "?") + "page=" + number + "&page_size=" + PAGE_SIZE;
    }

    private static <T> Function<HttpResponse<byte[]>, Page<T>> page(int number, Function<JsonNode, T> item) {
        return response -> {
            List<T> items = Json.items(Json.parse(response.body()), item);
            return new Page<>(items, total(response, number, items.size()));
        };
    }

    /** How long the whole list is at least, as far as this page tells. */
    private static long total(HttpResponse<byte[]> response, int number, int items) {
        long before = (long) (number - 1) * PAGE_SIZE;
        boolean capped = response.headers().firstValue("Total-Number-Is-Capped").isPresent();
        if (capped) {
            return items < PAGE_SIZE ? before + items : Long.MAX_VALUE;
        }
        try {
            // Lists that Logto does not page come whole, and without a count.
            return response.headers().firstValueAsLong("Total-Number").orElse(before + items);
        } catch (NumberFormatException e) {
            throw Json.malformed();
        }
    }

    private <T> Optional<T> answer(
            String operation, String path, Urgency urgency, Function<HttpResponse<byte[]>, T> reader) {
        try {
            Optional<T> answer = authorized(operation, path, urgency, response -> interpret(response, reader));
            trouble.succeeded();
            return answer;
        } catch (LogtoAccessException e) {
            trouble.failed(Reason.REFUSED, e.getMessage());
            throw e;
        } catch (PermissionsUnavailableException e) {
            trouble.failed(e.reason(), e.getMessage());
            throw e;
        }
    }

    private <T> Optional<T> authorized(
            String operation, String path, Urgency urgency, Function<HttpResponse<byte[]>, Optional<T>> reader) {
        String bearer = token.get(urgency);
        try {
            return calls.send(operation, request(path, bearer), urgency, reader);
        } catch (LogtoAccessException e) {
            if (e.refusal() != LogtoAccessException.Refusal.TOKEN_NOT_ACCEPTED) {
                throw e;
            }
            token.refused(bearer);
            return calls.send(operation, request(path, token.get(urgency)), urgency, reader);
        }
    }

    private HttpRequest.Builder request(String path, String bearer) {
        return HttpRequest.newBuilder(tenant.api(path))
                .header("Authorization", "Bearer " + bearer)
                .header("Accept", "application/json")
                .GET();
    }

    private static <T> Optional<T> interpret(HttpResponse<byte[]> response, Function<HttpResponse<byte[]>, T> reader) {
        return switch (response.statusCode()) {
            case 200 -> Optional.of(reader.apply(response));
            case 401 ->
                throw refusal(
                        response,
                        LogtoAccessException.Refusal.TOKEN_NOT_ACCEPTED,
                        "Logto's Management API does not accept a token just issued");
            case 403 ->
                throw refusal(
                        response,
                        LogtoAccessException.Refusal.NO_MANAGEMENT_ACCESS,
                        "Logto gives the application no access to the Management API");
            case 404, 422 -> notFound(response);
            default ->
                throw new PermissionsUnavailableException(
                        Reason.REFUSED, "Logto refuses a read: " + response.statusCode() + ".");
        };
    }

    /** Firewalls and proxies in front of Logto answer 401 and 403 too: only Logto's own code tells of the settings. */
    private static RuntimeException refusal(
            HttpResponse<byte[]> response, LogtoAccessException.Refusal refusal, String message) {
        if (Json.code(response.body()).startsWith("auth.")) {
            return new LogtoAccessException(refusal, message);
        }
        return new PermissionsUnavailableException(
                Reason.REFUSED,
                "The answer is " + response.statusCode() + ", and not Logto's: a firewall or proxy is in the way.");
    }

    /** An unknown route is a 404 as well, in plain text: only Logto's own code is an answer. */
    private static <T> Optional<T> notFound(HttpResponse<byte[]> response) {
        if (NOT_FOUND.contains(Json.parse(response.body()).path("code").asString(""))) {
            return Optional.empty();
        }
        throw Json.malformed();
    }

    private static String segment(String id) {
        if (!canBeSegment(id)) {
            throw new PermissionsUnavailableException(Reason.MALFORMED, "An id cannot be part of a path.");
        }
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Whether an id can be a segment of a path. A single dot, or two, mean another path even when they are percent-encoded;
     * control characters and lone surrogates are taken by no server.
     */
    static boolean canBeSegment(String id) {
        return id.length() <= MAX_ID_LENGTH
                && !id.chars().allMatch(c -> c == '.')
                && id.codePoints()
                        .noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }

    /**
     * Part of a list.
     *
     * @param total how long the whole list is
     */
    record Page<T>(List<T> items, long total) {

        /** This page, if it goes on with what came before. Half an answer is one whose rest is promised and does not come. */
        Page<T> after(List<T> before) {
            if (items.isEmpty() && before.size() < total) {
                throw Json.malformed();
            }
            return this;
        }

        boolean isWhole() {
            return items.size() >= total;
        }

        /** How many pages the whole list has. */
        int count() {
            return (int) Math.min((total + PAGE_SIZE - 1) / PAGE_SIZE, Integer.MAX_VALUE);
        }
    }
}
