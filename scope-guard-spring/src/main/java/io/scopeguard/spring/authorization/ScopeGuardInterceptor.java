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
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken;
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
    private final ErrorPages errorPages;

    public ScopeGuardInterceptor(
            HandlerRules rules,
            OrganizationResolver organizations,
            ScopeAuthorizer authorizer,
            ProblemResponseWriter writer,
            SignalHeaderWriter signals,
            UnannotatedPolicy policy,
            ErrorPages errorPages) {
        this.rules = rules;
        this.organizations = organizations;
        this.authorizer = authorizer;
        this.writer = writer;
        this.signals = signals;
        this.policy = policy;
        this.errorPages = errorPages;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        if (isOver(request, handler) || handler instanceof PreFlightRequestHandler) {
            return true;
        }
        HandlerRule rule = rules.of(handler, request);
        RequestNotes notes = RequestNotes.of(request);
        Arrival arrival = new Arrival(request, response, organizations.inPath(request, handler), notes);
        boolean fromOpen = Allowed.cameFromOpen(request);
        boolean isAllowed = isAllowed(arrival, rule, fromOpen);
        if (isAllowed) {
            notes.passed(new Allowed(handler, arrival.organization, fromOpen || rule instanceof Open));
        }
        return isAllowed;
    }

    private boolean isAllowed(Arrival arrival, HandlerRule rule, boolean fromOpen) throws IOException {
        if (rule instanceof Requires requires) {
            return meets(arrival, requires);
        }
        if (rule instanceof AnyToken) {
            AccessToken token = AccessTokenHolder.get();
            return token == null ? deny(arrival, ProblemResponses::missingToken) : mayActInOrganization(arrival, token);
        }
        return rule instanceof Open || isFreeContent(arrival, rule) || hasToken(arrival, isClosed(rule), fromOpen);
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
        return errorPages.isFor(request)
                || (request.getDispatcherType() == DispatcherType.ASYNC && hasAllowed(request, handler));
    }

    private boolean meets(Arrival arrival, Requires rule) throws IOException {
        AccessToken token = AccessTokenHolder.get();
        if (token == null) {
            return deny(arrival, ProblemResponses::missingToken);
        }
        boolean mustBeNamed = !rule.isGlobalRoleOnly();
        RequestedOrganization organization =
                organizations.resolveWithPath(arrival.request, arrival.organization, rule.binding(), mustBeNamed);
        return decide(arrival, token, new AccessRequest(organization, rule.requirement(), rule.roles()));
    }

    /** Static files do not belong to an organization, unless their path names one. */
    private boolean isFreeContent(Arrival arrival, HandlerRule rule) {
        return rule instanceof StaticContent
                && !policy.isClosed()
                && arrival.organization == null
                && !isAdmittedWithoutToken(arrival);
    }

    /** Whether the guard's rule of a filter chain admitted this very dispatch. A rule of the application may permit the files. */
    private static boolean isAdmittedWithoutToken(Arrival arrival) {
        return arrival.notes.admittedWithoutToken() == arrival.request.getDispatcherType();
    }

    private boolean isClosed(HandlerRule rule) {
        return policy.isClosed() || rule instanceof Closed;
    }

    private boolean hasToken(Arrival arrival, boolean closed, boolean fromOpen) throws IOException {
        AccessToken token = AccessTokenHolder.get();
        if (token == null) {
            return mayPassWithoutToken(arrival, closed, fromOpen);
        }
        if (closed && !ScopeAuthorizationManagerFactory.isGuarded(arrival.request)) {
            return deny(arrival, ProblemResponses::undeclared);
        }
        return mayActInOrganization(arrival, token);
    }

    /** Other chains of the application, and the requests that they permit, are not checked here. */
    private boolean mayPassWithoutToken(Arrival arrival, boolean closed, boolean fromOpen) throws IOException {
        if (isUnauthenticated()) {
            boolean needsToken = closed || fromOpen || arrival.notes.admittedWithoutToken() != null;
            return !needsToken || deny(arrival, ProblemResponses::missingToken);
        }
        return !closed || isAuthenticatedElsewhere() || deny(arrival, ProblemResponses::undeclared);
    }

    /** Requires only that the token matches the named organization, if the request names one. */
    private boolean mayActInOrganization(Arrival arrival, AccessToken token) throws IOException {
        RequestedOrganization organization =
                organizations.resolveWithPath(arrival.request, arrival.organization, Binding.REQUEST, false);
        return decide(arrival, token, new AccessRequest(organization, null));
    }

    private boolean decide(Arrival arrival, AccessToken token, AccessRequest access) throws IOException {
        Decision decision = authorizer.authorize(arrival.request, arrival.notes, token, access);
        if (!decision.isGranted()) {
            return deny(arrival, problems -> problems.of(decision));
        }
        signals.writeEarly(arrival.notes, arrival.response);
        return true;
    }

    private boolean deny(Arrival arrival, Function<ProblemResponses, ProblemResponse> problem) throws IOException {
        writer.write(arrival.request, arrival.response, problem);
        return false;
    }

    static boolean isUnauthenticated() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication == null || authentication instanceof AnonymousAuthenticationToken;
    }

    /**
     * Whether another chain of the application authenticated the user without a token: its users are subject to that chain alone. A
     * token that another decoder verified gives no more rights than one of the guard's own.
     */
    static boolean isAuthenticatedElsewhere() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        return authentication != null
                && !isUnauthenticated()
                && !isOfToken(authentication)
                && AccessTokenHolder.get() == null;
    }

    private static boolean isOfToken(Authentication authentication) {
        return authentication instanceof AbstractOAuth2TokenAuthenticationToken
                || authentication.getPrincipal() instanceof OAuth2Token
                || authentication.getCredentials() instanceof OAuth2Token;
    }

    /**
     * A request that reaches a handler.
     *
     * @param organization that the path names, if it names one
     */
    private record Arrival(
            HttpServletRequest request,
            HttpServletResponse response,
            @Nullable String organization,
            RequestNotes notes) {}

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
