package io.scopeguard.spring.security;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Predicate;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;

/**
 * Filter chains without filters, for public servlets of Scope Guard.
 *
 * @hidden
 */
@Internal
public final class OpenServlets {

    private OpenServlets() {}

    /**
     * Matches by the servlet that the container has chosen, not by the path, so that no other request can pass through this chain,
     * however its path is spelled.
     */
    public static SecurityFilterChain chain(Predicate<String> servletName) {
        return new DefaultSecurityFilterChain(request -> isFor(servletName, request));
    }

    private static boolean isFor(Predicate<String> servletName, HttpServletRequest request) {
        return servletName.test(request.getHttpServletMapping().getServletName());
    }
}
