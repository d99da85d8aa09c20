package io.scopeguard.spring.response;

import io.scopeguard.Decision;
import io.scopeguard.signal.ScopeDriftHeader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.header.HeaderWriter;

/**
 * Writes the {@code Scope-Drift} header when a response is committed, granted and refused alike, and lets scripts of other
 * origins read what the guard says. May be called more than once for a response. Thread-safe.
 */
public final class SignalHeaderWriter implements HeaderWriter {

    private static final List<String> EXPOSED =
            List.of(ScopeDriftHeader.NAME, HttpHeaders.WWW_AUTHENTICATE, HttpHeaders.RETRY_AFTER);

    private final ScopeDriftHeader header;

    public SignalHeaderWriter(ScopeDriftHeader header) {
        this.header = header;
    }

    @Override
    public void writeHeaders(HttpServletRequest request, HttpServletResponse response) {
        if (request.getHeader(HttpHeaders.ORIGIN) != null) {
            expose(response);
        }
        String signal = signal(CurrentDecision.of(request));
        // A cached response would replay the hint, and a 304 revives one.
        if (signal != null && response.getStatus() != HttpServletResponse.SC_NOT_MODIFIED) {
            response.setHeader(ScopeDriftHeader.NAME, signal);
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        }
    }

    private @Nullable String signal(@Nullable Decision decision) {
        return decision == null ? null : header.valueOf(decision);
    }

    private static void expose(HttpServletResponse response) {
        Set<String> exposed = new LinkedHashSet<>();
        for (String line : response.getHeaders(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS)) {
            Arrays.stream(line.split(",")).map(String::strip).forEach(exposed::add);
        }
        exposed.addAll(EXPOSED);
        response.setHeader(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, String.join(", ", exposed));
    }
}
