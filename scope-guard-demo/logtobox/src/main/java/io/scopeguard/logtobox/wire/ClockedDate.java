package io.scopeguard.logtobox.wire;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/** Dates every response with the box's clock instead of the system's, because clients learn the box's time from it. */
public final class ClockedDate extends OncePerRequestFilter {

    private final Clock clock;

    public ClockedDate(Clock clock) {
        this.clock = clock;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setDateHeader(HttpHeaders.DATE, clock.millis());
        chain.doFilter(request, response);
    }
}
