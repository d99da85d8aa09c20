package io.scopeguard.spring.authorization;

import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.signal.ProblemResponse;
import io.scopeguard.signal.ProblemResponses;
import io.scopeguard.spring.authentication.AccessTokenHolder;
import io.scopeguard.spring.authorization.HandlerRule.AnyToken;
import io.scopeguard.spring.authorization.HandlerRule.Closed;
import io.scopeguard.spring.authorization.HandlerRule.Open;
import io.scopeguard.spring.authorization.HandlerRule.Requires;
import io.scopeguard.spring.authorization.HandlerRule.StaticContent;
import io.scopeguard.spring.request.RequestNotes;
import io.scopeguard.spring.response.ProblemResponseWriter;
import io.scopeguard.spring.response.SignalHeaderWriter;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.cors.PreFlightRequestHandler;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Checks each request against its handler's rule: after the handler is known, before its arguments are bound and the body is
 * read. Denies by writing the response, because an application's exception handlers could swallow an exception.
 * Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ScopeGuardInterceptor implements HandlerInterceptor {

    private final HandlerRules rules;
    private final OrganizationResolver organizations;
    private final ScopeAuthorizer authorizer;
    private final ProblemResponseWriter writer;
    private final SignalHeaderWriter signals;
    private final UnannotatedPolicy policy;

    public ScopeGuardInterceptor(
            HandlerRules rules,
            OrganizationResolver organizations,
            ScopeAuthorizer authorizer,
            ProblemResponseWriter writer,
            SignalHeaderWriter signals,
            UnannotatedPolicy policy) {
        this.rules = rules;
        this.organizations = organizations;
        this.authorizer = authorizer;
        this.writer = writer;
        this.signals = signals;
        this.policy = policy;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (isOver(request, handler) || handler instanceof PreFlightRequestHandler) {
            return true;
        }
        HandlerRule rule = rules.of(handler);
        boolean fromOpen = Allowed.cameFromOpen(request);
        boolean isAllowed = isAllowed(request, response, handler, rule, fromOpen);
        if (isAllowed) {
            String organization = organizations.inPath(request, handler);
            RequestNotes.of(request).passed(new Allowed(handler, organization, fromOpen || rule instanceof Open));
        }
        return isAllowed;
    }

    private boolean isAllowed(
            HttpServletRequest request,
            HttpServletResponse response,
            Object handler,
            HandlerRule rule,
            boolean fromOpen)
            throws IOException {
        if (rule instanceof Requires requires) {
            return meets(request, response, handler, requires);
        }
        if (rule instanceof AnyToken) {
            AccessToken token = AccessTokenHolder.get();
            return token == null
                    ? deny(request, response, ProblemResponses::missingToken)
                    : mayActInOrganization(request, response, handler, token);
        }
        return rule instanceof Open
                || isFreeContent(request, handler, rule)
                || hasToken(request, response, handler, isClosed(rule), fromOpen);
    }

    /** Whether the request was last allowed to reach this handler, for the organization in its path. */
    boolean hasAllowed(HttpServletRequest request, Object handler) {
        return Allowed.last(request) instanceof Allowed allowed
                && allowed.handler.equals(handler)
                && Objects.equals(allowed.organization, organizations.inPath(request, handler));
    }

    /** Whether the request was allowed to reach no handler so far. */
    static boolean hasAllowedNone(HttpServletRequest request) {
        return Allowed.last(request) == null;
    }

    /** The rest of an asynchronous request that was allowed, or its error page, is not another request. */
    private boolean isOver(HttpServletRequest request, Object handler) {
        DispatcherType type = request.getDispatcherType();
        return type == DispatcherType.ERROR || (type == DispatcherType.ASYNC && hasAllowed(request, handler));
    }

    private boolean meets(HttpServletRequest request, HttpServletResponse response, Object handler, Requires rule)
            throws IOException {
        AccessToken token = AccessTokenHolder.get();
        if (token == null) {
            return deny(request, response, ProblemResponses::missingToken);
        }
        boolean mustBeNamed = !rule.isGlobalRoleOnly();
        RequestedOrganization organization = organizations.resolve(request, handler, rule.binding(), mustBeNamed);
        return decide(request, response, token, new AccessRequest(organization, rule.requirement(), rule.roles()));
    }

    /** Static files do not belong to an organization, unless their path names one. */
    private boolean isFreeContent(HttpServletRequest request, Object handler, HandlerRule rule) {
        return rule instanceof StaticContent && !policy.isClosed() && !organizations.isNamedInPath(request, handler);
    }

    private boolean isClosed(HandlerRule rule) {
        return policy.isClosed() || rule instanceof Closed;
    }

    private boolean hasToken(
            HttpServletRequest request, HttpServletResponse response, Object handler, boolean closed, boolean fromOpen)
            throws IOException {
        AccessToken token = AccessTokenHolder.get();
        if (token == null) {
            // Other chains of the application, and the requests that they permit, are not checked here.
            return !((closed || fromOpen) && isUnauthenticated())
                    || deny(request, response, ProblemResponses::missingToken);
        }
        if (closed && !ScopeAuthorizationManagerFactory.isGuarded(request)) {
            return deny(request, response, ProblemResponses::undeclared);
        }
        return mayActInOrganization(request, response, handler, token);
    }

    /** Requires only that the token matches the named organization, if the request names one. */
    private boolean mayActInOrganization(
            HttpServletRequest request, HttpServletResponse response, Object handler, AccessToken token)
            throws IOException {
        RequestedOrganization organization = organizations.resolve(request, handler, Binding.REQUEST, false);
        return decide(request, response, token, new AccessRequest(organization, null));
    }

    private boolean decide(
            HttpServletRequest request, HttpServletResponse response, AccessToken token, AccessRequest access)
            throws IOException {
        Decision decision = authorizer.authorize(request, token, access);
        if (!decision.isGranted()) {
            return deny(request, response, problems -> problems.of(decision));
        }
        signals.writeEarly(request, response);
        return true;
    }

    private boolean deny(
            HttpServletRequest request,
            HttpServletResponse response,
            Function<ProblemResponses, ProblemResponse> problem)
            throws IOException {
        writer.write(request, response, problem);
        return false;
    }

    static boolean isUnauthenticated() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication == null || authentication instanceof AnonymousAuthenticationToken;
    }

    /**
     * What a request was allowed to reach. The same handler for another organization needs a new decision.
     *
     * @param organization that the path names, if it names one
     * @param open whether this handler is open, or one that passed the request on to it
     */
    private record Allowed(Object handler, @Nullable String organization, boolean open) {

        static boolean cameFromOpen(HttpServletRequest request) {
            return request.getDispatcherType() != DispatcherType.REQUEST
                    && last(request) instanceof Allowed allowed
                    && allowed.open;
        }

        static @Nullable Object last(HttpServletRequest request) {
            RequestNotes notes = RequestNotes.find(request);
            return notes == null ? null : notes.passed();
        }
    }
}
