package io.scopeguard.bench.live.tenant;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The query of a call.
 *
 * @param path the segments after {@code /api}
 */
record Query(List<String> path, Map<String, String> parameters) {

    private static final int DEFAULT_PAGE_SIZE = 20;

    static Query of(URI uri) {
        Map<String, String> parameters = new HashMap<>();
        String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
            }
        }
        String path = uri.getRawPath().replaceFirst("^/api/", "");
        return new Query(List.of(path.split("/")).stream().map(Query::decoded).toList(), parameters);
    }

    /** The path without ids, which are every second segment: {@code organizations/{}/users}. */
    String route() {
        StringBuilder route = new StringBuilder();
        for (int i = 0; i < path.size(); i++) {
            route.append(i == 0 ? "" : "/").append(i % 2 == 0 ? path.get(i) : "{}");
        }
        return route.toString();
    }

    String id() {
        return path.get(1);
    }

    String secondId() {
        return path.get(3);
    }

    @Nullable
    String search() {
        return parameters.get("q");
    }

    boolean isPaged() {
        return parameters.containsKey("page") || parameters.containsKey("page_size");
    }

    /** A list that is always paged. */
    <T> Answer page(String kind, List<T> all, Function<T, Map<String, Object>> item) {
        int size = number("page_size", DEFAULT_PAGE_SIZE);
        int from = Math.min((number("page", 1) - 1) * size, all.size());
        List<Map<String, Object>> items = all.subList(from, Math.min(from + size, all.size())).stream()
                .map(item)
                .toList();
        return new Answer(kind, 200, items, all.size());
    }

    /** A list that is paged only if the call requests a page. */
    <T> Answer list(String kind, List<T> all, Function<T, Map<String, Object>> item) {
        return isPaged()
                ? page(kind, all, item)
                : Answer.of(kind, all.stream().map(item).toList());
    }

    private int number(String name, int otherwise) {
        return Integer.parseInt(parameters.getOrDefault(name, String.valueOf(otherwise)));
    }

    private static String decoded(String value) {
        return URLDecoder.decode(value, StandardCharsets.UTF_8);
    }
}
