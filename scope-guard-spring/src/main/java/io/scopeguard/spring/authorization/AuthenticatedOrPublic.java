package io.scopeguard.spring.authorization;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
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
 * Lets a request pass the filter chain if it is authenticated, or if its handler is {@code @Public} or open by name. Which
 * handler that is, the handler mappings say of the context that serves the request, so that overlapping paths, or equal paths
 * on a management port, cannot be mistaken for each other. Error dispatches pass: the request itself was decided before, and
 * its error page belongs to the answer. Thread-safe.
 */
public final class AuthenticatedOrPublic implements AuthorizationManager<RequestAuthorizationContext> {

    private static final String DISPATCHER = DispatcherServletAutoConfiguration.DEFAULT_DISPATCHER_SERVLET_BEAN_NAME;

    private final AuthorizationManager<RequestAuthorizationContext> authenticated =
            AuthenticatedAuthorizationManager.authenticated();
    private final HandlerRules rules;
    private final UnannotatedPolicy policy;
    private final Map<ApplicationContext, List<HandlerMapping>> mappings = new ConcurrentHashMap<>();

    public AuthenticatedOrPublic(HandlerRules rules, UnannotatedPolicy policy) {
        this.rules = rules;
        this.policy = policy;
    }

    @Override
    public @Nullable AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        if (context.getRequest().getDispatcherType() == DispatcherType.ERROR) {
            return new AuthorizationDecision(true);
        }
        AuthorizationResult result = authenticated.authorize(authentication, context);
        boolean granted = result != null && result.isGranted();
        return granted ? result : new AuthorizationDecision(isPublic(context.getRequest()));
    }

    private boolean isPublic(HttpServletRequest request) {
        TargetServlet servlet = TargetServlet.of(request);
        if (!servlet.dispatchesToHandlers()) {
            return policy.opensServlet(servlet.name());
        }
        // Another servlet's path may look like one of ours.
        boolean ours = servlet.name().equals(DISPATCHER) || servlet.name().isEmpty();
        return ours && hasPublicHandler(request);
    }

    private boolean hasPublicHandler(HttpServletRequest request) {
        ApplicationContext context = WebApplicationContextUtils.getWebApplicationContext(request.getServletContext());
        if (context == null) {
            return false;
        }
        RequestPath before = (RequestPath) request.getAttribute(ServletRequestPathUtils.PATH_ATTRIBUTE);
        try {
            ServletRequestPathUtils.parseAndCache(request);
            Object handler = handler(mappings.computeIfAbsent(context, AuthenticatedOrPublic::mappings), request);
            return handler != null && rules.of(handler) instanceof HandlerRule.Open;
        } finally {
            ServletRequestPathUtils.setParsedRequestPath(before, request);
        }
    }

    private static List<HandlerMapping> mappings(ApplicationContext context) {
        return context.getBeansOfType(HandlerMapping.class).values().stream()
                .sorted(AnnotationAwareOrderComparator.INSTANCE)
                .toList();
    }

    private static @Nullable Object handler(List<HandlerMapping> mappings, HttpServletRequest request) {
        for (HandlerMapping mapping : mappings) {
            try {
                HandlerExecutionChain chain = mapping.getHandler(request);
                if (chain != null) {
                    return chain.getHandler();
                }
            } catch (Exception e) {
                // No handler for this method or media type: whoever comes without a token need not know.
                return null;
            }
        }
        return null;
    }
}
