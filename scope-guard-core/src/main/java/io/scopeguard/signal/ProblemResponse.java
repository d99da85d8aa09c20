package io.scopeguard.signal;

import io.scopeguard.annotation.Internal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The response to a request that is not granted, for a web framework to write.
 *
 * @param challenge the {@code WWW-Authenticate} value, if there is one
 * @param retryAfter the {@code Retry-After} value, if there is one
 * @param problem the body, which contains the status
 * @hidden
 */
@Internal
public record ProblemResponse(
        @Nullable String challenge, @Nullable Duration retryAfter, Problem problem) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    public int status() {
        return problem.status();
    }

    /** The headers of the response that follow from the problem alone, each with one value. */
    public Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        if (challenge != null) {
            headers.put("WWW-Authenticate", challenge);
        }
        if (retryAfter != null) {
            headers.put("Retry-After", Long.toString(retryAfter.toSeconds()));
        }
        headers.put("Content-Type", Problem.MEDIA_TYPE);
        return headers;
    }

    /** The body of the response: JSON, to be sent in UTF-8. */
    public String body() {
        return JSON.writeValueAsString(problem.members());
    }
}
