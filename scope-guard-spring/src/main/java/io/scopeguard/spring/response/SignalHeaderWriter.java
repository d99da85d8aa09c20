package io.scopeguard.spring.response;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.spring.request.RequestNotes;
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
 * Writes the {@code Scope-Drift} header when the response to a granted or denied request is committed, and lets scripts of other
 * origins read the guard's headers. May be called more than once for a response. Thread-safe.
 *
 * @hidden
 */
@Internal
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
        RequestNotes notes = RequestNotes.find(request);
        String hint = notes == null ? null : hint(notes);
        if (hint == null) {
            return;
        }
        // A cached response would replay the hint, also after a 304.
        boolean isNotModified = response.getStatus() == HttpServletResponse.SC_NOT_MODIFIED;
        response.setHeader(ScopeDriftHeader.NAME, isNotModified ? null : hint);
        if (!isNotModified) {
            response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        }
    }

    /**
     * Writes the hint before the handler runs, because another thread may send the first bytes of a stream while this thread still
     * writes headers. Does nothing if the filter chain does not signal.
     */
    public void writeEarly(RequestNotes notes, HttpServletResponse response) {
        if (!notes.isSignalled()) {
            return;
        }
        String hint = hint(notes);
        if (hint != null || notes.hasEarlierDecision()) {
            response.setHeader(ScopeDriftHeader.NAME, hint);
        }
    }

    /** Replaces the hint of an earlier decision about the same request. */
    void rewriteHeaders(HttpServletRequest request, HttpServletResponse response) {
        response.setHeader(ScopeDriftHeader.NAME, null);
        writeHeaders(request, response);
    }

    private @Nullable String hint(RequestNotes notes) {
        Decision decision = notes.decision();
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
