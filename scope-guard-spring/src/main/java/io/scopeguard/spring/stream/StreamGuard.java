package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.TooManyWatchesException;
import io.scopeguard.WatchEnd;
import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.Problem;
import io.scopeguard.signal.ProblemResponses;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.spring.authorization.GrantedInvocation;
import io.scopeguard.spring.response.DecisionHolder;
import io.scopeguard.spring.response.ProblemResponseWriter;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.web.servlet.HandlerAdapter;
import org.springframework.web.servlet.ModelAndView;

/**
 * Calls handlers so that their streams end with the right to them. Other handlers are called as usual. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class StreamGuard implements GrantedInvocation {

    private static final String STREAM = StreamGuard.class.getName() + ".stream";
    private static final String LAST_EVENT = StreamGuard.class.getName() + ".lastEvent";

    private final OpenStreams streams;
    private final ScopeDriftHeader header;
    private final ProblemResponseWriter writer;
    private final @Nullable WebSocketUpgrade webSockets;
    private final StreamingHandlers streaming = new StreamingHandlers();

    /**
     * @param webSockets {@code null} if the application has no WebSockets of Spring's
     */
    public StreamGuard(
            OpenStreams streams,
            ScopeDriftHeader header,
            ProblemResponseWriter writer,
            @Nullable WebSocketUpgrade webSockets) {
        this.streams = streams;
        this.header = header;
        this.writer = writer;
        this.webSockets = webSockets;
    }

    @Override
    public @Nullable ModelAndView invoke(
            HandlerAdapter adapter, HttpServletRequest request, HttpServletResponse response, Object handler)
            throws Exception {
        if (webSockets != null && webSockets.handles(handler)) {
            return upgrade(webSockets, adapter, request, response, handler);
        }
        if (!streaming.contains(handler)) {
            return adapter.handle(request, response, handler);
        }
        if (request.getAttribute(STREAM) instanceof HttpStream stream) {
            return goOn(stream, adapter, request, response, handler);
        }
        List<Decision> granted = DecisionHolder.granted(request);
        return granted.isEmpty()
                ? adapter.handle(request, response, handler)
                : start(granted, adapter, request, response, handler);
    }

    /** Ends the server-sent events that respond to a request with this event, if the right to them ends. */
    public static void endWith(ServletRequest request, Function<WatchEnd, String> lastEvent) {
        request.setAttribute(LAST_EVENT, lastEvent);
    }

    /** Takes note that the response goes on asynchronously, although the handler still runs. */
    public static void startedAsync(ServletRequest request) {
        if (request.getAttribute(STREAM) instanceof HttpStream stream && request.isAsyncStarted()) {
            stream.startedAsync(request.getAsyncContext());
        }
    }

    /** The problem that a stream ends for. */
    public static Problem problem(WatchEnd end) {
        return HttpStream.refusal(new ProblemResponses(null), end).problem();
    }

    @SuppressWarnings("unchecked") // only set above
    private Function<WatchEnd, String> lastEvent(ServletRequest request) {
        Object own = request.getAttribute(LAST_EVENT);
        return own == null
                ? end -> "event:scope-drift\ndata:" + header.valueOf(end) + "\n\n"
                : (Function<WatchEnd, String>) own;
    }

    private @Nullable ModelAndView upgrade(
            WebSocketUpgrade upgrade,
            HandlerAdapter adapter,
            HttpServletRequest request,
            HttpServletResponse response,
            Object handler)
            throws Exception {
        List<Decision> granted = DecisionHolder.granted(request);
        if (granted.isEmpty()) {
            return adapter.handle(request, response, handler);
        }
        Object guarded;
        try {
            guarded = upgrade.begin(request, handler, granted);
        } catch (TooManyWatchesException e) {
            writer.write(request, response, ProblemResponses::tooManyStreams);
            return null;
        }
        try {
            return adapter.handle(request, response, guarded);
        } finally {
            upgrade.finish(request, response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS);
        }
    }

    private @Nullable ModelAndView start(
            List<Decision> granted,
            HandlerAdapter adapter,
            HttpServletRequest request,
            HttpServletResponse response,
            Object handler)
            throws Exception {
        HttpStream stream = new HttpStream(streams, response, lastEvent(request));
        try {
            stream.opened(streams.open(OpenStreams.Kind.HTTP, granted, stream::end));
        } catch (TooManyWatchesException e) {
            writer.write(request, response, ProblemResponses::tooManyStreams);
            return null;
        }
        request.setAttribute(STREAM, stream);
        return invoke(stream, adapter, request, stream.response(), handler);
    }

    private @Nullable ModelAndView invoke(
            HttpStream stream,
            HandlerAdapter adapter,
            HttpServletRequest request,
            HttpServletResponse response,
            Object handler)
            throws Exception {
        boolean goesOn = false;
        try {
            ModelAndView result = adapter.handle(request, response, handler);
            goesOn = request.isAsyncStarted();
            if (goesOn) {
                stream.attach(request.getAsyncContext());
            }
            return result;
        } catch (IOException | RuntimeException e) {
            WatchEnd end = stream.end();
            if (end == null || request.isAsyncStarted() || !isBecauseOfEnd(e)) {
                throw e;
            }
            refuse(request, stream.raw(), end);
            return null;
        } finally {
            if (!goesOn) {
                stream.close();
            }
        }
    }

    /** Spring and message converters wrap what the gate throws. */
    private static boolean isBecauseOfEnd(Exception failure) {
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof StreamEndedException;
    }

    /** The rest of a request that went on asynchronously. */
    private @Nullable ModelAndView goOn(
            HttpStream stream,
            HandlerAdapter adapter,
            HttpServletRequest request,
            HttpServletResponse response,
            Object handler)
            throws Exception {
        WatchEnd end = stream.end();
        if (end == null) {
            return invoke(stream, adapter, request, response, handler);
        }
        refuse(request, stream.raw(), end);
        return null;
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response, WatchEnd end) throws IOException {
        if (response.isCommitted()) {
            // The container breaks the connection off: the client must not take the body for complete.
            throw new StreamEndedException();
        }
        // A result that was written meanwhile must not precede the refusal.
        response.resetBuffer();
        Decision decision = end.decision();
        if (decision != null) {
            DecisionHolder.set(request, decision);
        }
        writer.write(request, response, refusals -> HttpStream.refusal(refusals, end));
    }
}
