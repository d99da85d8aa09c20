package io.scopeguard.spring.request;

import io.scopeguard.Decision;
import io.scopeguard.annotation.Internal;
import io.scopeguard.token.AccessToken;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestAttributes;

/**
 * The guard's notes about a request. They are one attribute of the request, because the container takes longer for an
 * attribute than the guard for a decision. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class RequestNotes {

    private static final String ATTRIBUTE = RequestNotes.class.getName();

    private volatile boolean isSignalled;
    private volatile @Nullable AccessToken token;
    private volatile @Nullable DispatcherType admittedWithoutToken;
    private volatile @Nullable Object passed;
    private volatile @Nullable Decision decision;
    private volatile List<Decision> earlier = List.of();

    private final @Nullable ConstantHeaders headers;

    private RequestNotes(@Nullable ConstantHeaders headers) {
        this.headers = headers;
    }

    static void begin(ServletRequest request, ConstantHeaders headers) {
        request.setAttribute(ATTRIBUTE, new RequestNotes(headers));
    }

    /** The notes about a request, or {@code null} if there are none. */
    public static @Nullable RequestNotes find(ServletRequest request) {
        return (RequestNotes) request.getAttribute(ATTRIBUTE);
    }

    /** The notes about a request, at first empty ones. */
    public static RequestNotes of(ServletRequest request) {
        RequestNotes known = find(request);
        if (known != null) {
            return known;
        }
        RequestNotes notes = new RequestNotes(null);
        request.setAttribute(ATTRIBUTE, notes);
        return notes;
    }

    /** The notes about the request that a thread handles, or {@code null} if there are none. */
    public static @Nullable RequestNotes find(RequestAttributes request) {
        return (RequestNotes) request.getAttribute(ATTRIBUTE, RequestAttributes.SCOPE_REQUEST);
    }

    /** The notes about the request that a thread handles, at first empty ones. */
    public static RequestNotes of(RequestAttributes request) {
        RequestNotes known = find(request);
        if (known != null) {
            return known;
        }
        RequestNotes notes = new RequestNotes(null);
        request.setAttribute(ATTRIBUTE, notes, RequestAttributes.SCOPE_REQUEST);
        return notes;
    }

    /** The response for the filters of a chain that writes the same headers into each response. */
    public ServletResponse responseOf(ServletResponse response) {
        return headers != null && headers.belongTo(response)
                ? new ConstantHeadersResponse((HttpServletResponse) response, headers, false)
                : response;
    }

    /** Likewise, for a chain without sessions. One wrapper does both, because each of them is passed by each call. */
    public ServletResponse statelessResponseOf(ServletResponse response) {
        HttpServletResponse http = (HttpServletResponse) response;
        return headers != null && headers.belongTo(response)
                ? new ConstantHeadersResponse(http, headers, true)
                : new StatelessResponse(http);
    }

    /** Whether the request's filter chain reports drift to clients. */
    public boolean isSignalled() {
        return isSignalled;
    }

    public void signalled() {
        isSignalled = true;
    }

    /** The verified token of the request, or {@code null}. */
    public @Nullable AccessToken token() {
        return token;
    }

    public void token(AccessToken verified) {
        token = verified;
    }

    /**
     * The dispatch of the request that the guard's rule of a filter chain last admitted although nobody is authenticated, or
     * {@code null}. Only open handlers may answer it.
     */
    public @Nullable DispatcherType admittedWithoutToken() {
        return admittedWithoutToken;
    }

    public void admittedWithoutToken(DispatcherType dispatch) {
        admittedWithoutToken = dispatch;
    }

    /** The handler that the request was last allowed to reach, as the check describes it, or {@code null}. */
    public @Nullable Object passed() {
        return passed;
    }

    public void passed(Object handler) {
        passed = handler;
    }

    /** The last decision about the request, or {@code null} if there was none yet. */
    public @Nullable Decision decision() {
        return decision;
    }

    /** Whether there was another decision before the last one. */
    public boolean hasEarlierDecision() {
        return !earlier.isEmpty();
    }

    public void decided(Decision next) {
        Decision before = decision;
        if (before != null) {
            List<Decision> all = new ArrayList<>(earlier);
            all.add(before);
            earlier = all;
        }
        decision = next;
    }

    /** The decisions that the request was granted with: more than one if its filter chain decided as well as its handler. */
    public List<Decision> granted() {
        Decision last = decision;
        List<Decision> granted = new ArrayList<>(2);
        earlier.stream().filter(Decision::isGranted).forEach(granted::add);
        if (last != null && last.isGranted()) {
            granted.add(last);
        }
        return granted;
    }
}
