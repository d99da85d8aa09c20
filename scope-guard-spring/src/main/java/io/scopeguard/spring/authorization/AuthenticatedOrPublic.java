package io.scopeguard.spring.authorization;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.http.server.RequestPath;
import org.springframework.security.authorization.AuthenticatedAuthorizationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.web.servlet.HandlerExecutionChain;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;

/**
 * Lets a request pass the filter chain if it is authenticated, or if its handler is {@code @Public}. Which handler that is,
 * the application's own handler mappings say, so that overlapping paths cannot be mistaken for each other. Error dispatches
 * pass: the request itself was decided before, and its error page belongs to the answer. Thread-safe.
 */
public final class AuthenticatedOrPublic implements AuthorizationManager<RequestAuthorizationContext> {

    private static final String DISPATCHER = DispatcherServletAutoConfiguration.DEFAULT_DISPATCHER_SERVLET_BEAN_NAME;

    private final AuthorizationManager<RequestAuthorizationContext> authenticated =
            AuthenticatedAuthorizationManager.authenticated();
    private final HandlerRules rules;
    private final ObjectProvider<HandlerMapping> mappings;

    public AuthenticatedOrPublic(HandlerRules rules, ObjectProvider<HandlerMapping> mappings) {
        this.rules = rules;
        this.mappings = mappings;
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
        if (!DISPATCHER.equals(request.getHttpServletMapping().getServletName())) {
            // Another servlet's path may look like one of ours.
            return false;
        }
        RequestPath before = (RequestPath) request.getAttribute(ServletRequestPathUtils.PATH_ATTRIBUTE);
        try {
            ServletRequestPathUtils.parseAndCache(request);
            Object handler = handler(request);
            return handler != null && rules.of(handler) instanceof HandlerRule.Open;
        } finally {
            ServletRequestPathUtils.setParsedRequestPath(before, request);
        }
    }

    private @Nullable Object handler(HttpServletRequest request) {
        List<HandlerMapping> ordered = mappings.orderedStream().toList();
        for (HandlerMapping mapping : ordered) {
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
