package io.scopeguard.spring.authorization;

import io.scopeguard.signal.Refusal;
import io.scopeguard.signal.Refusals;
import io.scopeguard.spring.authentication.CurrentToken;
import io.scopeguard.spring.response.RefusalWriter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.function.Function;

/**
 * Closes servlets that are no {@code DispatcherServlet} where what declares nothing is closed: nothing else would ask the guard
 * about them. Views below {@code /WEB-INF/} are part of the answer of a handler that was asked about. Thread-safe.
 */
public final class OtherServletsFilter implements Filter {

    private static final String VIEWS = "/WEB-INF/";

    private final UnannotatedPolicy policy;
    private final RefusalWriter writer;

    public OtherServletsFilter(UnannotatedPolicy policy, RefusalWriter writer) {
        this.policy = policy;
        this.writer = writer;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        if (isOpen(http)) {
            chain.doFilter(request, response);
        } else if (http.getDispatcherType() != DispatcherType.INCLUDE) {
            Function<Refusals, Refusal> refusal =
                    CurrentToken.get() == null ? Refusals::missingToken : Refusals::undeclared;
            writer.write(http, (HttpServletResponse) response, refusal);
        }
    }

    private boolean isOpen(HttpServletRequest request) {
        TargetServlet servlet = TargetServlet.of(request);
        return servlet.dispatchesToHandlers()
                || policy.opensServlet(servlet.name())
                || request.getDispatcherType() == DispatcherType.ERROR
                || isView(request)
                || RequiredScopes.isGuarded(request)
                || isSomebodyElse();
    }

    private static boolean isView(HttpServletRequest request) {
        return request.getDispatcherType() != DispatcherType.REQUEST
                && RequiredScopes.target(request).startsWith(request.getContextPath() + VIEWS);
    }

    /** Whom another chain of the application let in otherwise is that chain's business. */
    private static boolean isSomebodyElse() {
        return CurrentToken.get() == null && !ScopeGuardInterceptor.isNobody();
    }
}
