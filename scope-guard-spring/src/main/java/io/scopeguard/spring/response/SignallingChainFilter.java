package io.scopeguard.spring.response;

import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.request.RequestNotes;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;

/**
 * Marks the requests of a filter chain that signals drift to clients. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class SignallingChainFilter implements Filter {

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        chain.doFilter(request, begin(request).responseOf(response));
    }

    /** Marks a request, and returns the notes about it. */
    public static RequestNotes begin(ServletRequest request) {
        RequestNotes notes = RequestNotes.of(request);
        notes.signalled();
        return notes;
    }
}
