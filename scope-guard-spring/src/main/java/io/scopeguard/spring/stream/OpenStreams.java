package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.TooManyWatchesException;
import io.scopeguard.Watch;
import io.scopeguard.WatchEnd;
import io.scopeguard.annotation.Internal;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.springframework.beans.factory.DisposableBean;

/**
 * The open streams: streamed responses and WebSocket sessions that granted requests opened. Each ends when the right to it ends.
 * The application may end streams earlier:
 *
 * <pre>{@code
 * streams.end(token -> token.subject().id().equals(userWhoSignedOut));
 * }</pre>
 *
 * <p>Thread-safe.
 *
 * @since 0.1
 */
public final class OpenStreams implements DisposableBean {

    /** The time after which a stream that cannot end, because its client does not read, no longer counts as open. */
    private static final Duration ABANDONED_AFTER = Duration.ofMinutes(10);

    /** The time that listeners have to receive the last ends when the application stops. */
    private static final Duration LAST_REPORTS = Duration.ofSeconds(5);

    private static final int USUALLY_WAITING = 2;

    /** The maximum number of threads that wait for the provider. */
    static final int MOST_WAITING = 16;

    private final ScopeGuard guard;
    private final Consumer<StreamEndedEvent> counter;
    private final Consumer<StreamEndedEvent> listener;
    private final Set<OpenStream> open = ConcurrentHashMap.newKeySet();
    private final Duration abandonedAfter;
    private final StreamThreads threads;

    /** Run work that waits for the provider, however many streams there are: ends must not wait for it. */
    private final StreamThreads waiting;

    /** Calls the application's listeners, which may be slow: only other reports wait for them. */
    private final StreamThreads reporting;

    /** Kinds of streams. */
    public enum Kind {
        /** The response to an HTTP request, such as server-sent events. */
        HTTP,
        WEBSOCKET,
        /** A WebSocket session that speaks STOMP. */
        STOMP
    }

    /**
     * @param counter receives each end before the stream is ended, on the thread that judges all streams: it must return at once
     * @param listener receives each end, in order, on a thread of its own
     * @hidden
     */
    @Internal
    public OpenStreams(ScopeGuard guard, Consumer<StreamEndedEvent> counter, Consumer<StreamEndedEvent> listener) {
        this(guard, counter, listener, ABANDONED_AFTER, StreamThreads::daemons);
    }

    OpenStreams(
            ScopeGuard guard,
            Consumer<StreamEndedEvent> counter,
            Consumer<StreamEndedEvent> listener,
            Duration abandonedAfter,
            Function<String, ThreadFactory> threads) {
        this.guard = guard;
        this.counter = counter;
        this.listener = listener;
        this.abandonedAfter = abandonedAfter;
        this.threads = new StreamThreads(threads.apply("scope-guard-streams-"));
        this.waiting = new StreamThreads(threads.apply("scope-guard-signals-"), USUALLY_WAITING, MOST_WAITING);
        this.reporting = new StreamThreads(threads.apply("scope-guard-stream-events-"), 1, 1);
    }

    /**
     * Watches a stream that is about to be opened.
     *
     * @param granted the decisions that it is opened with
     * @param listener ends it
     * @throws TooManyWatchesException if the maximum number of watches is open
     */
    OpenStream open(Kind kind, List<Decision> granted, StreamListener listener) {
        OpenStream stream = new OpenStream(this, kind, listener);
        open.add(stream);
        try {
            for (Decision decision : granted) {
                stream.add(watch(decision, stream));
            }
        } catch (RuntimeException | Error e) {
            stream.close();
            throw e;
        }
        return stream;
    }

    Watch watch(Decision granted, OpenStream stream) {
        return guard.watch(granted, stream);
    }

    void remove(OpenStream stream) {
        open.remove(stream);
    }

    /** Counts an end, and has it carried out and reported. */
    void ended(OpenStream stream, WatchEnd end, Runnable ending) {
        StreamEndedEvent event = new StreamEndedEvent(stream.kind(), end);
        try {
            counter.accept(event);
        } finally {
            threads.execute(ending);
            reporting.execute(() -> listener.accept(event));
        }
    }

    void soon(Runnable work) {
        threads.execute(work);
    }

    /** Does work that may wait for the provider, and must not write to a client. */
    void waiting(Runnable work) {
        waiting.execute(work);
    }

    void later(Duration delay, Runnable work) {
        threads.later(delay, work);
    }

    Future<?> abandonLater(Runnable work) {
        return onTimer(abandonedAfter, work);
    }

    /** Does work later that never blocks. It can be cancelled. */
    Future<?> onTimer(Duration delay, Runnable work) {
        return threads.onTimer(delay, work);
    }

    /**
     * Ends open streams.
     *
     * @param which by the token that a stream was opened with, or that it was renewed with
     * @return how many were ended
     */
    public int end(Predicate<AccessToken> which) {
        int ended = 0;
        for (OpenStream stream : open) {
            if (stream.end(which)) {
                ended++;
            }
        }
        return ended;
    }

    /** How many streams are open. A stream whose client delays the end counts, for ten minutes at most. */
    public long count(Kind kind) {
        return open.stream().filter(stream -> stream.kind() == kind).count();
    }

    StreamThreads threads() {
        return threads;
    }

    @Override
    public void destroy() {
        waiting.close();
        threads.close();
        reporting.finish(LAST_REPORTS);
    }
}
