package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.TooManyWatchesException;
import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.context.SmartLifecycle;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The open streams: a few per subject, a bounded number in total. A subject's newest stream replaces its oldest one, so that a page
 * that was reloaded does not wait for its dead connections. A stream for a newer token ends the streams for older tokens of the
 * same client, because a hint about a token that was replaced reaches nobody. One timer serves all streams, and runs only while one
 * is open. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class SignalStreams implements SmartLifecycle {

    private final OpenStreams watched;
    private final ScopeGuard guard;
    private final ScopeDriftHeader header;
    private final Limits limits;
    private final Map<String, Deque<SignalStream>> bySubject = new HashMap<>();
    private final AtomicBoolean isTicking = new AtomicBoolean();
    private int size;
    private boolean isRunning;

    /**
     * The limits on streams.
     *
     * @param streams number of open streams in total
     * @param perSubject number of open streams of one subject
     * @param keepAlive time between two comments on a stream
     * @hidden
     */
    public record Limits(int streams, int perSubject, Duration keepAlive) {}

    /**
     * @param watched ends the streams with the right to them
     * @param header writes the hints
     */
    public SignalStreams(OpenStreams watched, ScopeGuard guard, ScopeDriftHeader header, Limits limits) {
        this.watched = watched;
        this.guard = guard;
        this.header = header;
        this.limits = limits;
    }

    /**
     * Opens a stream for this token; empty if too many streams are open, live permissions must be known and are not, or the
     * application is about to stop.
     */
    Optional<SseEmitter> open(AccessToken token) {
        Decision decision = guard.inspect(token);
        if (decision.denial() == Denial.PERMISSIONS_UNAVAILABLE) {
            return Optional.empty();
        }
        SignalStream stream = new SignalStream(watched, guard, header, token, this::remove);
        if (!decision.isGranted()) {
            stream.refuse(decision);
            return Optional.of(stream.emitter());
        }
        return isWatched(stream, decision) && isAdded(stream) ? Optional.of(started(stream)) : Optional.empty();
    }

    private static boolean isWatched(SignalStream stream, Decision granted) {
        try {
            stream.watch(granted);
            return true;
        } catch (TooManyWatchesException e) {
            return false;
        }
    }

    private boolean isAdded(SignalStream stream) {
        List<SignalStream> superseded;
        SignalStream replaced = null;
        boolean isAdded;
        synchronized (bySubject) {
            superseded = superseded(stream);
            superseded.forEach(this::remove);
            Deque<SignalStream> own = bySubject.getOrDefault(stream.subject(), new ArrayDeque<>());
            replaced = own.size() < limits.perSubject() ? null : own.peekFirst();
            isAdded = isRunning && (replaced != null || size < limits.streams());
            if (isAdded) {
                if (replaced != null) {
                    remove(replaced);
                }
                bySubject
                        .computeIfAbsent(stream.subject(), subject -> new ArrayDeque<>())
                        .addLast(stream);
                size++;
            }
        }
        superseded.forEach(older -> endSoon(older, SignalStream.SUPERSEDED));
        if (!isAdded) {
            stream.close();
        } else if (replaced != null) {
            endSoon(replaced, SignalStream.REPLACED);
        }
        return isAdded;
    }

    /** A client that does not read its old stream must not hold up its new one. */
    private void endSoon(SignalStream stream, String reason) {
        watched.soon(() -> stream.end(reason));
    }

    private SseEmitter started(SignalStream stream) {
        stream.start();
        keepAliveLater();
        return stream.emitter();
    }

    private void keepAliveLater() {
        if (isTicking.compareAndSet(false, true)) {
            watched.later(limits.keepAlive(), this::keepAlive);
        }
    }

    private void keepAlive() {
        isTicking.set(false);
        List<SignalStream> open = all();
        if (!open.isEmpty()) {
            keepAliveLater();
        }
        open.forEach(stream -> watched.soon(stream::keepAlive));
    }

    private List<SignalStream> all() {
        synchronized (bySubject) {
            return bySubject.values().stream().flatMap(Deque::stream).toList();
        }
    }

    private List<SignalStream> superseded(SignalStream newer) {
        return bySubject.getOrDefault(newer.subject(), new ArrayDeque<>()).stream()
                .filter(stream -> stream.isSupersededBy(newer))
                .toList();
    }

    private void remove(SignalStream stream) {
        synchronized (bySubject) {
            Deque<SignalStream> own = bySubject.get(stream.subject());
            if (own != null && own.remove(stream)) {
                size--;
                bySubject.computeIfPresent(stream.subject(), (subject, streams) -> streams.isEmpty() ? null : streams);
            }
        }
    }

    /** The number of open streams. */
    public int size() {
        synchronized (bySubject) {
            return size;
        }
    }

    @Override
    public void start() {
        synchronized (bySubject) {
            isRunning = true;
        }
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    /**
     * Runs before the web server stops, which would otherwise wait for the streams to end. The application waits for all ends
     * together, no longer than for other parts that stop, as one client may not read its last event.
     */
    @Override
    public void stop(Runnable whenStopped) {
        synchronized (bySubject) {
            isRunning = false;
        }
        var unused = CompletableFuture.allOf(all().stream().map(this::stopped).toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> whenStopped.run());
    }

    private CompletableFuture<?> stopped(SignalStream stream) {
        CompletableFuture<?> over = new CompletableFuture<>();
        watched.soon(() -> {
            try {
                stream.end(SignalStream.STOPPING);
            } finally {
                over.complete(null);
            }
        });
        return over;
    }

    @Override
    public boolean isRunning() {
        synchronized (bySubject) {
            return isRunning;
        }
    }
}
