package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.authorization.HandlerRule.Open;
import io.scopeguard.spring.authorization.HandlerRule.StaticContent;
import io.scopeguard.spring.request.RequestNotes;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.cors.PreFlightRequestHandler;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Checks, while the guard is switched off, that requests which {@link AuthenticatedOrPublicAuthorizationManager} admitted without a
 * token reach open handlers alone: the application may have changed the path or the method behind the filter chain. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class OpenHandlersInterceptor implements HandlerInterceptor {

    private final HandlerRules rules;
    private final ErrorPages errorPages;

    public OpenHandlersInterceptor(HandlerRules rules, ErrorPages errorPages) {
        this.rules = rules;
        this.errorPages = errorPages;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (!isAdmittedWithoutToken(request) || handler instanceof PreFlightRequestHandler) {
            return true;
        }
        HandlerRule rule = rules.of(handler);
        if (rule instanceof Open || isPermittedContent(request, rule)) {
            return true;
        }
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
        response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
        return false;
    }

    private boolean isAdmittedWithoutToken(HttpServletRequest request) {
        RequestNotes notes = RequestNotes.find(request);
        return notes != null
                && notes.admittedWithoutToken() != null
                && !errorPages.isFor(request)
                && ScopeGuardInterceptor.isUnauthenticated();
    }

    /** Files that an open handler forwards to, by a rule of the application. */
    private static boolean isPermittedContent(HttpServletRequest request, HandlerRule rule) {
        RequestNotes notes = RequestNotes.of(request);
        return rule instanceof StaticContent && notes.admittedWithoutToken() != request.getDispatcherType();
    }
}
