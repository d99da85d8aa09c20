package io.scopeguard.spring.response;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.ScopeDriftHeader;
import jakarta.servlet.ServletRequest;
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
 * Writes the {@code Scope-Drift} header when a response is committed, whether granted or denied, and lets scripts of other origins
 * read the guard's headers. May be called more than once for a response. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class SignalHeaderWriter implements HeaderWriter {

    private static final String EXPECTED = SignalHeaderWriter.class.getName() + ".expected";

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
        String hint = hint(request);
        if (hint == null) {
            return;
        }
        // A cached response would replay the hint, and a 304 revives one.
        boolean isNotModified = response.getStatus() == HttpServletResponse.SC_NOT_MODIFIED;
        response.setHeader(ScopeDriftHeader.NAME, isNotModified ? null : hint);
        if (!isNotModified) {
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        }
    }

    /** Notes that the request's filter chain writes signals: a chain may have disabled the configurer. */
    public static void expect(ServletRequest request) {
        request.setAttribute(EXPECTED, true);
    }

    /**
     * Writes the hint before the handler runs: the first bytes of a stream may leave on another thread while this one still
     * writes headers. Only where the filter chain signals at all.
     */
    public void writeEarly(HttpServletRequest request, HttpServletResponse response) {
        if (request.getAttribute(EXPECTED) != null) {
            response.setHeader(ScopeDriftHeader.NAME, hint(request));
        }
    }

    /** Replaces the hint of an earlier decision about the same request. */
    void rewriteHeaders(HttpServletRequest request, HttpServletResponse response) {
        response.setHeader(ScopeDriftHeader.NAME, null);
        writeHeaders(request, response);
    }

    private @Nullable String hint(HttpServletRequest request) {
        Decision decision = DecisionHolder.of(request);
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
