package io.scopeguard.spring.response;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Carries the last decision about a request to where its response is written.
 *
 * @hidden
 */
@Internal
public final class CurrentDecision {

    private static final String ATTRIBUTE = Decision.class.getName();

    private CurrentDecision() {}

    /** The last decision, or {@code null} if there was none yet. */
    public static @Nullable Decision of(ServletRequest request) {
        return (Decision) request.getAttribute(ATTRIBUTE);
    }

    public static void set(ServletRequest request, Decision decision) {
        request.setAttribute(ATTRIBUTE, decision);
    }
}
