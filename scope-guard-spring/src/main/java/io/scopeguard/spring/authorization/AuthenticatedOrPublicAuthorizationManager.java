package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.request.RequestNotes;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletRegistrationBean;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.AnnotationAwareOrderComparator;
import org.springframework.http.server.RequestPath;
import org.springframework.security.authorization.AuthenticatedAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.web.context.support.WebApplicationContextUtils;
import org.springframework.web.servlet.DispatcherServlet;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Lets a request pass the filter chain if it is authenticated, or if its handler is {@code @PublicEndpoint} or open by name. The
 * handler mappings of the context that serves the request determine the handler, so that overlapping paths, or equal paths on a
 * management port, are not confused. What follows in the application may change the path or the method of a request, so the guard
 * checks again that a request without a token has reached an open handler. Error pages pass: the request itself was decided before.
 * Thread-safe.
 *
 * @since 0.1
 */
public final class AuthenticatedOrPublicAuthorizationManager
        implements AuthorizationManager<RequestAuthorizationContext> {

    private final AuthorizationManager<RequestAuthorizationContext> authenticated =
            AuthenticatedAuthorizationManager.authenticated();
    private final HandlerRules rules;
    private final UnannotatedPolicy policy;
    private final ErrorPages errorPages;
    private final boolean guarded;
    private final Map<ApplicationContext, Served> served = new ConcurrentHashMap<>();

    private AuthenticatedOrPublicAuthorizationManager(
            HandlerRules rules, UnannotatedPolicy policy, ErrorPages errorPages, boolean guarded) {
        this.rules = rules;
        this.policy = policy;
        this.errorPages = errorPages;
        this.guarded = guarded;
    }

    /**
     * Leaves the targets of forwards and includes to the guard. Created by Scope Guard only.
     *
     * @hidden
     */
    @Internal
    public static AuthenticatedOrPublicAuthorizationManager withGuard(
            HandlerRules rules, UnannotatedPolicy policy, ErrorPages errorPages) {
        return new AuthenticatedOrPublicAuthorizationManager(rules, policy, errorPages, true);
    }

    /**
     * Decides about the targets of forwards and includes, because the guard is switched off. Created by Scope Guard only.
     *
     * @hidden
     */
    @Internal
    public static AuthenticatedOrPublicAuthorizationManager withoutGuard(
            HandlerRules rules, UnannotatedPolicy policy, ErrorPages errorPages) {
        return new AuthenticatedOrPublicAuthorizationManager(rules, policy, errorPages, false);
    }

    @Override
    public @Nullable AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        HttpServletRequest request = context.getRequest();
        if (errorPages.isFor(request)) {
            return new AuthorizationDecision(true);
        }
        AuthorizationResult result = authenticated.authorize(authentication, context);
        if (result != null && result.isGranted()) {
            return result;
        }
        boolean isAdmitted = isJudgedElsewhere(request) || isPublic(request);
        if (isAdmitted) {
            RequestNotes.of(request).admittedWithoutToken(request.getDispatcherType());
        }
        return new AuthorizationDecision(isAdmitted);
    }

    /** Views belong to the response of a decided request. The guard itself decides about handlers of forwards. */
    private boolean isJudgedElsewhere(HttpServletRequest request) {
        return switch (request.getDispatcherType()) {
            case FORWARD, INCLUDE ->
                TargetServlet.isView(request)
                        || (guarded && TargetServlet.of(request).dispatchesToHandlers());
            default -> false;
        };
    }

    private boolean isPublic(HttpServletRequest request) {
        TargetServlet servlet = TargetServlet.of(request);
        if (!servlet.dispatchesToHandlers()) {
            return policy.opensServlet(servlet.name());
        }
        ApplicationContext context = WebApplicationContextUtils.getWebApplicationContext(request.getServletContext());
        Served served = context == null ? null : this.served.computeIfAbsent(context, Served::by);
        // Another servlet's path may look like one of ours.
        return served != null && served.isBy(servlet) && hasPublicHandler(request, served);
    }

    private boolean hasPublicHandler(HttpServletRequest request, Served served) {
        RequestPath before = (RequestPath) request.getAttribute(ServletRequestPathUtils.PATH_ATTRIBUTE);
        try {
            ServletRequestPathUtils.parseAndCache(request);
            Object handler = handler(served.mappings(), request);
            return handler != null && rules.of(handler) instanceof HandlerRule.Open;
        } finally {
            ServletRequestPathUtils.setParsedRequestPath(before, request);
        }
    }

    private static @Nullable Object handler(List<HandlerMapping> mappings, HttpServletRequest request) {
        for (HandlerMapping mapping : mappings) {
            try {
                HandlerExecutionChain chain = mapping.getHandler(request);
                if (chain != null) {
                    return chain.getHandler();
                }
            } catch (Exception e) {
                // No handler for this method or media type: a client without a token does not need to know.
                return null;
            }
        }
        return null;
    }

    /** The handler mappings of the first servlet of a context, with all names of that servlet. */
    private record Served(Set<String> servlets, List<HandlerMapping> mappings) {

        static Served by(ApplicationContext context) {
            return new Served(
                    context.getBeansOfType(DispatcherServletRegistrationBean.class).values().stream()
                            .filter(registration -> serves(registration, context))
                            .map(DispatcherServletRegistrationBean::getServletName)
                            .collect(Collectors.toSet()),
                    context.getBeansOfType(HandlerMapping.class).values().stream()
                            .sorted(AnnotationAwareOrderComparator.INSTANCE)
                            .toList());
        }

        /** Another servlet may have a context of its own. */
        private static boolean serves(DispatcherServletRegistrationBean registration, ApplicationContext context) {
            DispatcherServlet servlet = registration.getServlet();
            return servlet != null && context.equals(servlet.getWebApplicationContext());
        }

        boolean isBy(TargetServlet servlet) {
            return servlet.name().isEmpty() || servlets.contains(servlet.name());
        }
    }
}
