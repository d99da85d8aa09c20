package io.scopeguard.spring.response;

import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.ProblemResponses;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authorization.AuthorizationDeniedException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.access.AccessDeniedHandlerImpl;
import org.springframework.security.web.csrf.CsrfException;

/**
 * Responds to requests with an insufficient token, whichever rule denied them. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class ProblemAccessDeniedHandler implements AccessDeniedHandler {

    private final ProblemResponseWriter writer;
    private final boolean providesAuthorities;
    private final AccessDeniedHandler csrf = new AccessDeniedHandlerImpl();

    /** @param providesAuthorities whether access tokens provide the authorities of their scopes */
    public ProblemAccessDeniedHandler(ProblemResponseWriter writer, boolean providesAuthorities) {
        this.writer = writer;
        this.providesAuthorities = providesAuthorities;
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException exception)
            throws IOException, ServletException {
        if (writer.keepError(request, response)) {
            return;
        }
        if (exception instanceof CsrfException
                && SecurityContextHolder.getContext().getAuthentication() == null) {
            // There is no session to protect, so the request lacks a token.
            writer.write(request, response, ProblemResponses::missingToken);
        } else if (exception instanceof CsrfException) {
            csrf.handle(request, response, exception);
        } else if (exception instanceof AuthorizationDeniedException denied
                && denied.getAuthorizationResult() instanceof DecisionResult result) {
            // The denied method may have been called by a granted handler. The signal is about the denial.
            DecisionHolder.set(request, result.decision());
            writer.write(request, response, problems -> problems.of(result.decision()));
        } else {
            String authority = providesAuthorities ? null : MissingAuthority.in(exception);
            writer.write(
                    request,
                    response,
                    problems -> authority == null
                            ? problems.accessDenied()
                            : problems.accessDenied(MissingAuthority.explain(authority)));
        }
    }
}
