package io.scopeguard.spring.authorization;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.signal.Refusals;
import io.scopeguard.spring.authentication.CurrentToken;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.response.RefusalWriter;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.function.HandlerFunction;

/**
 * Holds each request against the rule of its handler: after the handler is known, before its arguments are bound and the body
 * is read. Refuses by writing the answer rather than by throwing, which an application's exception handlers could swallow.
 * Thread-safe.
 */
public final class ScopeGuardInterceptor implements HandlerInterceptor {

    private static final String DECIDED = ScopeGuardInterceptor.class.getName() + ".decided";

    private final HandlerRules rules;
    private final OrganizationResolver organizations;
    private final ScopeAuthorizer authorizer;
    private final RefusalWriter writer;
    private final boolean denyUnannotated;

    /**
     * @param denyUnannotated whether handlers that declare nothing are closed, rather than open to any valid token
     */
    public ScopeGuardInterceptor(
            HandlerRules rules,
            OrganizationResolver organizations,
            ScopeAuthorizer authorizer,
            RefusalWriter writer,
            boolean denyUnannotated) {
        this.rules = rules;
        this.organizations = organizations;
        this.authorizer = authorizer;
        this.writer = writer;
        this.denyUnannotated = denyUnannotated;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (isOver(request, handler) || CorsUtils.isPreFlightRequest(request)) {
            return true;
        }
        request.setAttribute(DECIDED, Decided.of(request, handler));
        HandlerRule rule = rules.of(handler);
        if (rule instanceof Requires requires) {
            return hasScopes(request, response, requires);
        }
        return rule instanceof HandlerRule.Open || hasToken(request, response, handler);
    }

    /** The rest of an asynchronous request, or its error page, is not another request. */
    private static boolean isOver(HttpServletRequest request, Object handler) {
        DispatcherType type = request.getDispatcherType();
        return type == DispatcherType.ERROR
                || (type == DispatcherType.ASYNC && Decided.of(request, handler).equals(request.getAttribute(DECIDED)));
    }

    private boolean hasScopes(HttpServletRequest request, HttpServletResponse response, Requires rule)
            throws IOException {
        AccessToken token = CurrentToken.get();
        if (token == null) {
            return refuseStranger(request, response);
        }
        RequestedOrganization organization = organizations.resolve(request, rule.binding(), true);
        return decide(request, response, token, new AccessRequest(organization, rule.requirement()));
    }

    private boolean hasToken(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (!isOperation(handler) && !organizations.isNamedInPath(request)) {
            // Static resources, or nothing at all: there is no place for an annotation, and nothing of an organization.
            return true;
        }
        AccessToken token = CurrentToken.get();
        if (token == null) {
            // Other chains of the application, and what they permit to all, are their own business.
            return !(denyUnannotated && isNobody()) || refuseStranger(request, response);
        }
        if (denyUnannotated && !isGuardedBefore(request)) {
            writer.write(request, response, Refusals::undeclared);
            return false;
        }
        RequestedOrganization organization = organizations.resolve(request, Binding.REQUEST, false);
        return decide(request, response, token, new AccessRequest(organization, null));
    }

    private static boolean isOperation(Object handler) {
        return handler instanceof HandlerMethod || handler instanceof HandlerFunction;
    }

    private boolean decide(
            HttpServletRequest request, HttpServletResponse response, AccessToken token, AccessRequest access)
            throws IOException {
        Decision decision = authorizer.authorize(request, token, access);
        if (!decision.isGranted()) {
            writer.write(request, response, refusals -> refusals.of(decision));
        }
        return decision.isGranted();
    }

    private boolean refuseStranger(HttpServletRequest request, HttpServletResponse response) throws IOException {
        writer.write(request, response, Refusals::missingToken);
        return false;
    }

    /** A rule of the filter chain declared scopes for this request. */
    private static boolean isGuardedBefore(HttpServletRequest request) {
        return request.getAttribute(RequiredScopes.GUARDED) != null;
    }

    private static boolean isNobody() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication == null || authentication instanceof AnonymousAuthenticationToken;
    }

    /** What was decided about: the same handler for another organization is another question. */
    private record Decided(Object handler, Map<String, ?> pathVariables) {

        static Decided of(HttpServletRequest request, Object handler) {
            return new Decided(handler, OrganizationResolver.pathVariables(request));
        }
    }
}
