package io.scopeguard.demo.api;

import io.scopeguard.ScopeGuard;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties;
import io.scopeguard.token.AccessToken;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The open signal streams: a few per subject, a bounded number in all. A subject's newest stream replaces its oldest, so that a
 * page that was reloaded never waits for its dead connections. A stream for a newer token ends those for older tokens of the same
 * client: a hint about a token that was replaced reaches nobody, but the guard would remember that it has asked. Thread-safe.
 */
@Component
@ConditionalOnProperty(name = "demo.signals.enabled", matchIfMissing = true)
class SignalStreams implements SmartLifecycle {

    private static final int MAX_PER_SUBJECT = 4;
    private static final int THREADS = 4;

    private final ScopeGuard guard;
    private final ScopeDriftHeader header;
    private final int maxStreams;
    private final Map<String, Deque<SignalStream>> bySubject = new HashMap<>();
    private int size;
    private @Nullable ScheduledThreadPoolExecutor executor;

    SignalStreams(
            ScopeGuard guard,
            ScopeGuardProperties properties,
            @Value("${demo.signals.max-streams:200}") int maxStreams) {
        this.guard = guard;
        this.header = new ScopeDriftHeader(properties.drift().spread());
        this.maxStreams = maxStreams;
    }

    /** Opens a stream for this token; empty if too many are open or the application is about to stop. */
    Optional<SseEmitter> open(AccessToken token) {
        SignalStream stream = new SignalStream(guard, header, token, this::remove);
        superseded(token).forEach(older -> older.end("superseded"));
        SignalStream replaced;
        ScheduledThreadPoolExecutor threads;
        synchronized (bySubject) {
            threads = executor;
            Deque<SignalStream> own = bySubject.getOrDefault(stream.subject(), new ArrayDeque<>());
            replaced = own.size() < MAX_PER_SUBJECT ? null : own.peekFirst();
            if (threads == null || (replaced == null && size >= maxStreams)) {
                return Optional.empty();
            }
            bySubject.putIfAbsent(stream.subject(), own);
            own.addLast(stream);
            size++;
        }
        if (replaced != null) {
            replaced.end("replaced");
        }
        return Optional.of(stream.start(threads));
    }

    private List<SignalStream> superseded(AccessToken token) {
        synchronized (bySubject) {
            return bySubject.getOrDefault(token.subject().id(), new ArrayDeque<>()).stream()
                    .filter(stream -> stream.isSupersededBy(token))
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

    @Override
    public void start() {
        synchronized (bySubject) {
            executor = new ScheduledThreadPoolExecutor(THREADS, new CustomizableThreadFactory("signals-"));
            executor.setRemoveOnCancelPolicy(true);
        }
    }

    /** Before the web server stops, which would otherwise wait for the streams to end. */
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
        open.forEach(stream -> stream.end("stopping"));
    }

    @Override
    public boolean isRunning() {
        synchronized (bySubject) {
            return executor != null;
        }
    }
}
