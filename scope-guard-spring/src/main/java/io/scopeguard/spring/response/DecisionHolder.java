package io.scopeguard.spring.response;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.spring.request.RequestNotes;
import jakarta.servlet.ServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds the last decision about a request for the code that writes the response.
 *
 * @hidden
 */
@Internal
public final class DecisionHolder {

    private DecisionHolder() {}

    /** The last decision, or {@code null} if there was none yet. */
    public static @Nullable Decision of(ServletRequest request) {
        RequestNotes notes = RequestNotes.find(request);
        return notes == null ? null : notes.decision();
    }

    public static void set(ServletRequest request, Decision decision) {
        RequestNotes.of(request).decided(decision);
    }

    /** The decisions that the request was granted with: more than one if its filter chain decided as well as its handler. */
    public static List<Decision> granted(ServletRequest request) {
        RequestNotes notes = RequestNotes.find(request);
        return notes == null ? List.of() : notes.granted();
    }
}
