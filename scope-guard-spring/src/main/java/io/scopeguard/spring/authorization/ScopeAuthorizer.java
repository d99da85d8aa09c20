package io.scopeguard.spring.authorization;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.request.RequestNotes;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Consumer;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Decides about a request, and reports the decision to the response, the metrics, the application's listeners and the log.
 * Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ScopeAuthorizer {

    private final ScopeGuard guard;
    private final Consumer<Decision> metrics;
    private final Consumer<Decision> events;
    private final DenialLog denials;

    /**
     * @param metrics receives each decision
     * @param events receives each decision that grants or denies something, rather than answering a question
     */
    public ScopeAuthorizer(ScopeGuard guard, Consumer<Decision> metrics, Consumer<Decision> events, DenialLog denials) {
        this.guard = guard;
        this.metrics = metrics;
        this.events = events;
        this.denials = denials;
    }

    Decision authorize(HttpServletRequest request, AccessToken token, AccessRequest access) {
        return authorize(request, RequestNotes.of(request), token, access);
    }

    /** @param notes about the request */
    Decision authorize(HttpServletRequest request, RequestNotes notes, AccessToken token, AccessRequest access) {
        Decision decision = decide(token, access);
        if (!decision.isGranted()) {
            denials.denied(operation(request), decision);
        }
        notes.decided(decision);
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
            denials.denied(operation, decision);
        }
        return decision;
    }

    private Decision decide(AccessToken token, AccessRequest access) {
        Decision decision = check(token, access);
        events.accept(decision);
        return decision;
    }

    /** The decision about an operation that the caller may skip. It is counted, but a denial is neither logged nor published. */
    public Decision check(AccessToken token, AccessRequest access) {
        return counted(guard.authorize(token, access));
    }

    /** The same, if the client does not receive the advice. */
    public Decision inspect(AccessToken token, AccessRequest access) {
        return counted(guard.inspect(token, access));
    }

    private Decision counted(Decision decision) {
        metrics.accept(decision);
        return decision;
    }

    /** The pattern rather than the path, which may contain ids. */
    private static String operation(HttpServletRequest request) {
        Object pattern = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        Object handler = request.getAttribute(HandlerMapping.BEST_MATCHING_HANDLER_ATTRIBUTE);
        String name = handler instanceof HandlerMethod method ? " (" + method.getShortLogMessage() + ")" : "";
        return request.getMethod() + (pattern == null ? "" : " " + pattern) + name;
    }
}
