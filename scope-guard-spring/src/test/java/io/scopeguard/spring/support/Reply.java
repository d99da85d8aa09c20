package io.scopeguard.spring.support;

import java.net.http.HttpHeaders;
import java.util.List;

/** A response. Its text contains all parts that the guard determines. */
public record Reply(String origin, int status, HttpHeaders headers, String body) {

    private static final List<String> SHOWN = List.of(
            "WWW-Authenticate",
            "Retry-After",
            "Content-Type",
            "Scope-Drift",
            "Cache-Control",
            "Access-Control-Expose-Headers");

    /** Spring Security's default. */
    public static final String DEFAULT_CACHE_CONTROL = "no-cache, no-store, max-age=0, must-revalidate";

    /** The only value of a header; empty if the header is missing. */
    public String header(String name) {
        List<String> values = headers.allValues(name);
        if (values.size() > 1) {
            throw new AssertionError(name + " is there " + values.size() + " times: " + values);
        }
        return values.isEmpty() ? "" : values.get(0);
    }

    public boolean has(String name) {
        return headers.firstValue(name).isPresent();
    }

    /** Status, headers and body in one line each, with shortened addresses of the API. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder().append(status).append('\n');
        for (String name : SHOWN) {
            if (has(name)) {
                text.append(name).append(": ").append(header(name)).append('\n');
            }
        }
        return text.append('\n').append(body).toString().replace(origin, "{api}");
    }
}
