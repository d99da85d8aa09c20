package io.scopeguard.spring.stream;

import io.scopeguard.ScopeGuard;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.token.AccessToken;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The open streams: a few per subject, a bounded number in total. A subject's newest stream replaces its oldest one, so that a page
 * that was reloaded does not wait for its dead connections. A stream for a newer token ends the streams for older tokens of the
 * same client, because a hint about a token that was replaced reaches nobody. Thread-safe.
 */
public final class SignalStreams implements SmartLifecycle {

    private static final int THREADS = 4;

    private final ScopeGuard guard;
    private final ScopeDriftHeader header;
    private final Clock clock;
    private final Limits limits;
    private final Map<String, Deque<SignalStream>> bySubject = new HashMap<>();
    private int size;
    private @Nullable ScheduledThreadPoolExecutor executor;

    /**
     * The limits on streams.
     *
     * @param streams number of open streams in total
     * @param perSubject number of open streams of one subject
     * @param interval time between two comparisons of a stream's token with live permissions
     */
    public record Limits(int streams, int perSubject, Duration interval) {}

    /**
     * @param header writes the hints
     * @param clock tells when tokens expire
     */
    public SignalStreams(ScopeGuard guard, ScopeDriftHeader header, Clock clock, Limits limits) {
        this.guard = guard;
        this.header = header;
        this.clock = clock;
        this.limits = limits;
    }

    /** Opens a stream for this token; empty if too many streams are open or the application is about to stop. */
    Optional<SseEmitter> open(AccessToken token) {
        SignalStream stream = new SignalStream(guard, header, clock, token, this::remove);
        superseded(stream).forEach(older -> older.end(SignalStream.SUPERSEDED));
        SignalStream replaced;
        ScheduledThreadPoolExecutor threads;
        synchronized (bySubject) {
            threads = executor;
            Deque<SignalStream> own = bySubject.getOrDefault(stream.subject(), new ArrayDeque<>());
            replaced = own.size() < limits.perSubject() ? null : own.peekFirst();
            if (threads == null || (replaced == null && size >= limits.streams())) {
                return Optional.empty();
            }
            bySubject.putIfAbsent(stream.subject(), own);
            own.addLast(stream);
            size++;
        }
        if (replaced != null) {
            replaced.end(SignalStream.REPLACED);
        }
        return Optional.of(stream.start(threads, limits.interval()));
    }

    private List<SignalStream> superseded(SignalStream newer) {
        synchronized (bySubject) {
            return bySubject.getOrDefault(newer.subject(), new ArrayDeque<>()).stream()
                    .filter(stream -> stream.isSupersededBy(newer))
                    .toList();
        }
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
            CustomizableThreadFactory factory = new CustomizableThreadFactory("scope-guard-signals-");
            factory.setDaemon(true);
            executor = new ScheduledThreadPoolExecutor(THREADS, factory);
            executor.setRemoveOnCancelPolicy(true);
        }
    }

    /** Runs before the web server stops, which would otherwise wait for the streams to end. */
    @Override
    public void stop() {
        List<SignalStream> open;
        synchronized (bySubject) {
            open = bySubject.values().stream().flatMap(Deque::stream).toList();
            if (executor != null) {
                executor.shutdownNow();
                executor = null;
            }
        }
        open.forEach(stream -> stream.end(SignalStream.STOPPING));
    }

    @Override
    public boolean isRunning() {
        synchronized (bySubject) {
            return executor != null;
        }
    }
}
