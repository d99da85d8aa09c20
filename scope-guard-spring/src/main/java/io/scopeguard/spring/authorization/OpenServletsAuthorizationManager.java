package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;

/**
 * Keeps servlets other than {@code DispatcherServlet} closed while the guard is switched off, if the policy closes them, and
 * otherwise decides as another manager does. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class OpenServletsAuthorizationManager implements AuthorizationManager<RequestAuthorizationContext> {

    private final AuthorizationManager<RequestAuthorizationContext> others;
    private final UnannotatedPolicy policy;
    private final ErrorPages errorPages;

    public OpenServletsAuthorizationManager(
            AuthorizationManager<RequestAuthorizationContext> others, UnannotatedPolicy policy, ErrorPages errorPages) {
        this.others = others;
        this.policy = policy;
        this.errorPages = errorPages;
    }

    @Override
    public @Nullable AuthorizationResult authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        return policy.isClosed() && isClosedServlet(context.getRequest())
                ? new AuthorizationDecision(false)
                : others.authorize(authentication, context);
    }

    private boolean isClosedServlet(HttpServletRequest request) {
        if (errorPages.isFor(request) || TargetServlet.isView(request)) {
            return false;
        }
        TargetServlet servlet = TargetServlet.of(request);
        return !servlet.dispatchesToHandlers() && !policy.opensServlet(servlet.name());
    }
}
