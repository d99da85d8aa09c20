package io.scopeguard.spring.response;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import jakarta.servlet.ServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries the last decision about a request to where its response is written.
 *
 * @hidden
 */
@Internal
public final class DecisionHolder {

    private static final String ATTRIBUTE = Decision.class.getName();
    private static final String EARLIER = ATTRIBUTE + ".earlier";

    private DecisionHolder() {}

    /** The last decision, or {@code null} if there was none yet. */
    public static @Nullable Decision of(ServletRequest request) {
        return (Decision) request.getAttribute(ATTRIBUTE);
    }

    public static void set(ServletRequest request, Decision decision) {
        Decision before = of(request);
        if (before != null) {
            List<Decision> all = new ArrayList<>(earlier(request));
            all.add(before);
            request.setAttribute(EARLIER, all);
        }
        request.setAttribute(ATTRIBUTE, decision);
    }

    /** The decisions that the request was granted with: more than one if its filter chain decided as well as its handler. */
    public static List<Decision> granted(ServletRequest request) {
        Decision last = of(request);
        List<Decision> granted = new ArrayList<>(2);
        earlier(request).stream().filter(Decision::isGranted).forEach(granted::add);
        if (last != null && last.isGranted()) {
            granted.add(last);
        }
        return granted;
    }

    @SuppressWarnings("unchecked") // only set above
    private static List<Decision> earlier(ServletRequest request) {
        Object earlier = request.getAttribute(EARLIER);
        return earlier == null ? List.of() : (List<Decision>) earlier;
    }
}
