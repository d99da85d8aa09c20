package io.scopeguard.demo.page;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Rejects requests from other machines and other origins. The operator's panel requires no credentials, so a browser must not reach
 * it on behalf of another site: neither with a cross-origin request nor through a host name that resolves to this machine (DNS
 * rebinding).
 */
final class LocalRequestsFilter extends OncePerRequestFilter {

    private static final Set<String> LOCAL_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (isLocal(request) && isSameOrigin(request)) {
            chain.doFilter(request, response);
        } else {
            response.setContentType("text/plain;charset=UTF-8");
            response.setStatus(HttpServletResponse.SC_FORBIDDEN);
            response.getWriter()
                    .println(
                            "The operator's panel answers only its own page, at localhost or 127.0.0.1, on this machine.");
        }
    }

    private static boolean isLocal(HttpServletRequest request) throws IOException {
        return InetAddress.getByName(request.getRemoteAddr()).isLoopbackAddress()
                && LOCAL_NAMES.contains(hostName(request));
    }

    /** The host as it was sent. Behind a proxy, the container may report another one. */
    private static String hostName(HttpServletRequest request) {
        String host = request.getHeader("Host");
        return host == null ? "" : host.replaceFirst(":\\d+$", "");
    }

    /** Browsers send {@code Sec-Fetch-Site} with every request and {@code Origin} with every change. Other clients send neither. */
    private static boolean isSameOrigin(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        return isOwn(request.getHeader("Origin"), request)
                && (site == null || Set.of("same-origin", "none").contains(site));
    }

    private static boolean isOwn(@Nullable String origin, HttpServletRequest request) {
        return origin == null || origin.equals(request.getScheme() + "://" + request.getHeader("Host"));
    }
}
