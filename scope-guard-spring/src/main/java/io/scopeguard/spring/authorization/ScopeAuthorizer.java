package io.scopeguard.spring.authorization;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.annotation.Internal;
import io.scopeguard.role.RoleRequirement;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.spring.response.DecisionHolder;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Decides about a request, and reports the decision to the response, the metrics and the log. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ScopeAuthorizer {

    private static final Logger log = LoggerFactory.getLogger(ScopeAuthorizer.class);

    private final ScopeGuard guard;
    private final Consumer<Decision> listener;

    /** @param listener receives each decision */
    public ScopeAuthorizer(ScopeGuard guard, Consumer<Decision> listener) {
        this.guard = guard;
        this.listener = listener;
    }

    Decision authorize(HttpServletRequest request, AccessToken token, AccessRequest access) {
        Decision decision = decide(token, access);
        if (!decision.isGranted() && log.isDebugEnabled()) {
            logDenial(operation(request), decision);
        }
        DecisionHolder.set(request, decision);
        return decision;
    }

    /**
     * Decides about an operation that is not a whole request. The caller passes the decision to the response.
     *
     * @param operation its name, for the log
     */
    public Decision authorize(String operation, AccessToken token, AccessRequest access) {
        Decision decision = decide(token, access);
        if (!decision.isGranted()) {
            logDenial(operation, decision);
        }
        return decision;
    }

    private Decision decide(AccessToken token, AccessRequest access) {
        Decision decision = guard.authorize(token, access);
        listener.accept(decision);
        return decision;
    }

    private static void logDenial(String operation, Decision decision) {
        log.debug("Denied {}, which requires {}: {}", operation, required(decision.request()), decision);
    }

    /** The pattern rather than the path, which may contain ids. */
    private static String operation(HttpServletRequest request) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        Object handler = request.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE);
        String name = handler instanceof HandlerMethod method ? " (" + method.getShortLogMessage() + ")" : "";
        return request.getMethod() + (pattern == null ? "" : " " + pattern) + name;
    }

    private static String required(AccessRequest access) {
        ScopeRequirement scopes = access.requirement();
        RoleRequirement roles = access.roles();
        return (scopes == null ? "no scope" : scopes.scopes() + " of " + scopes.audience())
                + (roles == null ? "" : " and roles " + roles.roles());
    }
}
