package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.authorization.HandlerRule.AnyToken;
import io.scopeguard.spring.authorization.HandlerRule.Open;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.cors.PreFlightRequestHandler;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Keeps handlers without a declaration closed while the guard is switched off, if the policy closes them. Nothing else is checked
 * here. Users whom another chain of the application authenticated without a token are subject to that chain alone. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class UndeclaredHandlersInterceptor implements HandlerInterceptor {

    private final HandlerRules rules;
    private final UnannotatedPolicy policy;
    private final ErrorPages errorPages;

    public UndeclaredHandlersInterceptor(HandlerRules rules, UnannotatedPolicy policy, ErrorPages errorPages) {
        this.rules = rules;
        this.policy = policy;
        this.errorPages = errorPages;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (!policy.isClosed()
                || isOver(request)
                || handler instanceof PreFlightRequestHandler
                || isDeclared(rules.of(handler))) {
            return true;
        }
        if (ScopeGuardInterceptor.isUnauthenticated()) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
            response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
            return false;
        }
        if (!ScopeGuardInterceptor.isAuthenticatedElsewhere()) {
            response.sendError(HttpServletResponse.SC_FORBIDDEN);
            return false;
        }
        return true;
    }

    /** The rest of an asynchronous request, or its error page, is not another request. */
    private boolean isOver(HttpServletRequest request) {
        return errorPages.isFor(request) || request.getDispatcherType() == DispatcherType.ASYNC;
    }

    private static boolean isDeclared(HandlerRule rule) {
        return rule instanceof Requires || rule instanceof AnyToken || rule instanceof Open;
    }
}
