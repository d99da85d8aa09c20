package io.scopeguard.spring.authorization;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.response.DecisionHolder;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The decision about the web request in which a method is called, if there is one.
 *
 * @hidden
 */
@Internal
public final class RequestDecision {

    private RequestDecision() {}

    /** The organization that was verified for the current request, if it was verified with this token. */
    public static @Nullable String organization(AccessToken token) {
        HttpServletRequest request = request();
        Decision decision = request == null ? null : DecisionHolder.of(request);
        if (decision == null || !decision.isGranted() || !isAbout(decision, token)) {
            return null;
        }
        return decision.request().organization().isBound() ? decision.token().organization() : null;
    }

    /** Signals the drift of a granted call, unless the decision about the request as a whole does already. */
    public static void signal(Decision decision) {
        HttpServletRequest request = request();
        if (request != null && decision.isGranted() && DecisionHolder.of(request) == null) {
            DecisionHolder.set(request, decision);
        }
    }

    private static boolean isAbout(Decision decision, AccessToken token) {
        return decision.token().fingerprint().equals(token.fingerprint());
    }

    /** The current request, or {@code null} if there is none, also on a thread that outlives its request. */
    public static @Nullable HttpServletRequest request() {
        if (!(RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes)) {
            return null;
        }
        try {
            attributes.getRequest().getAttribute(RequestDecision.class.getName());
            return attributes.getRequest();
        } catch (IllegalStateException e) {
            return null;
        }
    }
}
