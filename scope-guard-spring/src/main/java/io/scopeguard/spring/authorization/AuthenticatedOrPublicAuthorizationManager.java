package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
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
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Lets a request pass the filter chain if it is authenticated, or if its handler is {@code @PublicEndpoint} or open by name. The
 * handler mappings of the context that serves the request determine the handler, so that overlapping paths, or equal paths on a
 * management port, are not confused. Error dispatches pass: the request itself was decided before. Thread-safe.
 *
 * @since 0.1
 */
public final class AuthenticatedOrPublicAuthorizationManager
        implements AuthorizationManager<RequestAuthorizationContext> {

    private final AuthorizationManager<RequestAuthorizationContext> authenticated =
            AuthenticatedAuthorizationManager.authenticated();
    private final HandlerRules rules;
    private final UnannotatedPolicy policy;
    private final Map<ApplicationContext, Served> served = new ConcurrentHashMap<>();

    /**
     * Created by Scope Guard only.
     *
     * @hidden
     */
    @Internal
    public AuthenticatedOrPublicAuthorizationManager(HandlerRules rules, UnannotatedPolicy policy) {
        this.rules = rules;
        this.policy = policy;
    }

    @Override
    public @Nullable AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        if (isJudgedElsewhere(context.getRequest())) {
            return new AuthorizationDecision(true);
        }
        AuthorizationResult result = authenticated.authorize(authentication, context);
        boolean granted = result != null && result.isGranted();
        return granted ? result : new AuthorizationDecision(isPublic(context.getRequest()));
    }

    /** Error pages and views belong to the response of a decided request. The guard itself decides about handlers of forwards. */
    private static boolean isJudgedElsewhere(HttpServletRequest request) {
        return switch (request.getDispatcherType()) {
            case ERROR -> true;
            case FORWARD, INCLUDE ->
                TargetServlet.isView(request) || TargetServlet.of(request).dispatchesToHandlers();
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
                            .map(DispatcherServletRegistrationBean::getServletName)
                            .collect(Collectors.toSet()),
                    context.getBeansOfType(HandlerMapping.class).values().stream()
                            .sorted(AnnotationAwareOrderComparator.INSTANCE)
                            .toList());
        }

        boolean isBy(TargetServlet servlet) {
            return servlet.name().isEmpty() || servlets.contains(servlet.name());
        }
    }
}
