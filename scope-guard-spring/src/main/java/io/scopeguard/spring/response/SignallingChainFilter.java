package io.scopeguard.spring.response;

import io.scopeguard.annotation.Internal;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/**
 * Marks the requests of a filter chain that tells clients about drift. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class SignallingChainFilter implements Filter {

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        SignalHeaderWriter.expect(request);
        chain.doFilter(request, response);
    }
}
