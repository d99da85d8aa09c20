package io.scopeguard.signal;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The whole answer to a refused request, for a web framework to write.
 *
 * @param challenge the {@code WWW-Authenticate} value, if there is one
 * @param retryAfter the {@code Retry-After} value, if there is one
 * @param problem the body, which contains the status
 */
public record Refusal(@Nullable String challenge, @Nullable Duration retryAfter, Problem problem) {

    public int status() {
        return problem.status();
    }
}
