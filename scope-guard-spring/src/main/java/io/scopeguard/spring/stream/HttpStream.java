package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.WatchEnd;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.signal.ProblemResponse;
import io.scopeguard.signal.ProblemResponses;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One response that may be streamed. If the right to it ends before the first byte, the request is refused like any other;
 * server-sent events get a last event; any other body breaks off, so that no client takes it for complete. Thread-safe.
 */
final class HttpStream implements AsyncListener {

    private static final Logger log = LoggerFactory.getLogger(HttpStream.class);

    /** An event that is half written may be completed within this time. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final OpenStreams streams;
    private final HttpServletResponse raw;
    private final Function<WatchEnd, String> lastEvent;
    private final StreamGate gate = new StreamGate();
    private final GatedResponse response;
    private final AtomicBoolean isPerformed = new AtomicBoolean();
    private volatile @Nullable OpenStream stream;
    private volatile @Nullable AsyncContext context;
    private volatile @Nullable AsyncContext running;
    private volatile @Nullable WatchEnd end;

    /** @param lastEvent the event that informs the client why server-sent events end */
    HttpStream(OpenStreams streams, HttpServletResponse raw, Function<WatchEnd, String> lastEvent) {
        this.streams = streams;
        this.lastEvent = lastEvent;
        this.raw = raw;
        this.response = new GatedResponse(raw, gate);
    }

    GatedResponse response() {
        return response;
    }

    /** The response without a gate. */
    HttpServletResponse raw() {
        return raw;
    }

    void opened(OpenStream opened) {
        stream = opened;
        if (gate.isOver()) {
            opened.close();
        }
    }

    /** The handler has returned, and the response goes on without its thread. */
    void attach(AsyncContext started) {
        started.addListener(this);
        context = started;
        if (gate.isOver()) {
            perform();
        }
    }

    /** The handler still runs, but the last event can follow the sent ones at once. */
    void startedAsync(AsyncContext started) {
        running = started;
    }

    /** Ends the response for this reason. */
    void end(WatchEnd reason) {
        end = reason;
        gate.end(this::perform);
        if (!gate.isOver()) {
            streams.later(PATIENCE, gate::force);
        }
    }

    /** The reason for which the response must end, or {@code null}. */
    @Nullable
    WatchEnd end() {
        return gate.isOver() ? end : null;
    }

    /** Nothing can be written any more, even if the handler still runs. Until then, the stream counts as open. */
    private void perform() {
        try {
            complete();
        } finally {
            close();
        }
    }

    private void complete() {
        AsyncContext started = context == null ? early() : context;
        WatchEnd reason = end;
        if (started == null || reason == null || !isPerformed.compareAndSet(false, true)) {
            // The handler still runs on its own thread; the end follows when it has returned.
            return;
        }
        try {
            if (raw.isCommitted() && response.isEventStream()) {
                writeLastEvent(reason);
                started.complete();
            } else {
                started.dispatch();
            }
        } catch (IllegalStateException e) {
            log.debug("The response has ended by itself meanwhile", e);
        }
    }

    private @Nullable AsyncContext early() {
        return raw.isCommitted() && response.isEventStream() ? running : null;
    }

    private void writeLastEvent(WatchEnd reason) {
        if (gate.isWithinEvent()) {
            return;
        }
        try {
            ServletOutputStream output = raw.getOutputStream();
            output.write(lastEvent.apply(reason).getBytes(StandardCharsets.UTF_8));
            output.flush();
        } catch (IOException e) {
            log.debug("The client has gone before its stream ended", e);
        }
    }

    /** The signal that a request would receive now. */
    static ProblemResponse refusal(ProblemResponses refusals, WatchEnd reason) {
        Decision decision = reason.decision();
        if (decision != null) {
            return refusals.of(decision);
        }
        return reason.reason() == WatchEnd.Reason.EXPIRED
                ? refusals.invalidToken(
                        new InvalidTokenException(InvalidTokenException.Reason.EXPIRED, "The token has expired."))
                : refusals.accessDenied();
    }

    void close() {
        OpenStream opened = stream;
        if (opened != null) {
            opened.close();
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        close();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
        context = event.getAsyncContext();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // Completion follows.
    }

    @Override
    public void onError(AsyncEvent event) {
        // Completion follows.
    }
}
