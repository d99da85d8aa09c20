package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.ProblemResponse;
import io.scopeguard.signal.ProblemResponses;
import io.scopeguard.spring.response.ProblemResponseWriter;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.util.function.Function;
import org.springframework.http.HttpHeaders;

/**
 * Closes servlets other than {@code DispatcherServlet} if the policy closes unannotated handlers, because nothing else checks their
 * requests. The same applies to handshakes that a filter of the container answers, as for {@code @ServerEndpoint} classes.
 * Thread-safe.
 *
 * @hidden
 */
@Internal
public final class OtherServletsFilter implements Filter {

    private final UnannotatedPolicy policy;
    private final ProblemResponseWriter writer;
    private final ErrorPages errorPages;

    public OtherServletsFilter(UnannotatedPolicy policy, ProblemResponseWriter writer, ErrorPages errorPages) {
        this.policy = policy;
        this.writer = writer;
        this.errorPages = errorPages;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        if (http.getHeader(HttpHeaders.UPGRADE) != null) {
            guardUpgrade(http, (HttpServletResponse) response, chain);
        } else if (isOpen(http)) {
            chain.doFilter(request, response);
        } else {
            deny(http, (HttpServletResponse) response);
        }
    }

    /** A filter of the container may answer handshakes instead of the servlet: only a handler that was allowed may. */
    private void guardUpgrade(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!isOpen(request)) {
            deny(request, response);
            return;
        }
        try {
            chain.doFilter(new GuardedUpgrade(request), response);
        } catch (UndecidedUpgradeException undecided) {
            response.reset();
            deny(request, response);
        }
    }

    private void deny(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Function<ProblemResponses, ProblemResponse> problem = ScopeGuardInterceptor.isUnauthenticated()
                ? ProblemResponses::missingToken
                : ProblemResponses::undeclared;
        writer.write(request, response, problem);
    }

    private boolean isOpen(HttpServletRequest request) {
        TargetServlet servlet = TargetServlet.of(request);
        return servlet.dispatchesToHandlers()
                || policy.opensServlet(servlet.name())
                || errorPages.isFor(request)
                || TargetServlet.isView(request)
                || ScopeAuthorizationManagerFactory.isGuarded(request)
                || ScopeGuardInterceptor.isAuthenticatedElsewhere();
    }

    private static final class GuardedUpgrade extends HttpServletRequestWrapper {

        GuardedUpgrade(HttpServletRequest request) {
            super(request);
        }

        @Override
        public <T extends HttpUpgradeHandler> T upgrade(Class<T> handler) throws IOException, ServletException {
            if (ScopeGuardInterceptor.hasAllowedNone(this)
                    && !ScopeAuthorizationManagerFactory.isGuarded(this)
                    && !ScopeGuardInterceptor.isAuthenticatedElsewhere()) {
                throw new UndecidedUpgradeException();
            }
            return super.upgrade(handler);
        }
    }

    private static final class UndecidedUpgradeException extends RuntimeException {

        UndecidedUpgradeException() {
            super("No handler that the guard knows answers this handshake", null, false, false);
        }
    }
}
