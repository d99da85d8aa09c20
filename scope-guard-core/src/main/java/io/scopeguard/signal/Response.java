package io.scopeguard.signal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP response to a request, as far as the guard determines it. Immutable.
 *
 * @param status 200 if the request is granted; the handler's own status replaces it
 * @param headers the headers to set, each with one value, also for a granted request
 * @param body JSON to send in UTF-8, or {@code null} if the request is granted
 * @since 0.1
 */
public record Response(
        int status, Map<String, String> headers, @Nullable String body) {

    public Response {
        headers = Map.copyOf(headers);
    }

    /** Whether the request is granted, so that its handler may run. */
    public boolean isGranted() {
        return body == null;
    }
}
