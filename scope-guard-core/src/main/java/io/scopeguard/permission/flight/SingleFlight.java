package io.scopeguard.permission.flight;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs at most one read of each key at a time, plus one that begins after it for callers that need a newer answer. Nothing
 * waits here: callers receive futures, and set their own deadlines. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class SingleFlight<K extends ReadKey> {

    private static final Logger log = LoggerFactory.getLogger(SingleFlight.class);

    /** The pause before a failed read is repeated. */
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    /** The delay in the background after an answer that was not believed. */
    private static final long LONG_PAUSE = Duration.ofSeconds(10).toNanos();

    private static final long MAX_FAILURES = 100_000;

    private final ReadExecutor executor;
    private final Sequence sequence;
    private final Reader<K> reader;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<K, Flight<K>> flights = new ConcurrentHashMap<>();
    private final Cache<K, Failure> failures = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_FAILURES)
            .build();

    /** The steps of a flight. */
    public interface Reader<K extends ReadKey> {

        /** Performs one step. Returns whether the flight has landed. */
        boolean step(Flight<K> flight);

        /** The start of the last known read of a key, or the smallest number. */
        long lastReadAt(K key);
    }

    public SingleFlight(ReadExecutor executor, Sequence sequence, Reader<K> reader) {
        this.executor = executor;
        this.sequence = sequence;
        this.reader = reader;
    }

    /**
     * Reads a key.
     *
     * @param after the read begins later than this time
     * @param place the order of reads in the background: the time of the last read of the fact, or {@link BackgroundQueue#FIRST}
     * @return lands with the read; completed exceptionally if the same read has just failed
     */
    public CompletableFuture<Void> request(K key, long after, Priority priority, long place) {
        return request(key, after, after, priority, place);
    }

    /**
     * Starts the read of a list, whose pages are answers of their own.
     *
     * @param pagesAfter pages that have not been read yet are read after this time, even if the list is already being read
     */
    public CompletableFuture<Void> request(K key, long after, long pagesAfter, Priority priority, long place) {
        PermissionsUnavailableException failure = recentFailure(key, after, priority);
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        Request request = new Request(key, after, priority, place);
        if (!request.serves(flights.get(key))) {
            flights.compute(key, (same, current) -> request.join(current));
        }
        Flight<K> joined = request.joined;
        if (joined == null) {
            return CompletableFuture.completedFuture(null);
        }
        if (pagesAfter > after) {
            joined.demandAfter(pagesAfter);
        }
        if (request.isNew) {
            start(joined);
        } else {
            raise(joined, priority);
            // A caller that waits for the next flight also waits for the one before it.
            raise(request.before, priority);
        }
        return joined.landed();
    }

    private void raise(@Nullable Flight<K> flight, Priority priority) {
        if (flight != null && flight.raise(priority) && flight.isWaiting()) {
            lift(flight);
        }
    }

    /** Whether a read of the key is in progress. */
    public boolean hasBegun(K key) {
        Flight<K> current = flights.get(key);
        return current != null && current.hasBegun();
    }

    /** The number of flights with waiting callers. */
    public int foreground() {
        return executor.foreground();
    }

    /** The number of flights that have not landed. */
    public int active() {
        return flights.size();
    }

    long now() {
        return sequence.next();
    }

    void step(Flight<K> flight) {
        boolean landed;
        try {
            landed = reader.step(flight);
        } catch (PermissionsUnavailableException e) {
            landed(flight, e);
            return;
        } catch (RuntimeException | Error e) {
            log.error("A read of permissions failed unexpectedly", e);
            landed(flight, new PermissionsUnavailableException(Reason.MALFORMED, "A read failed unexpectedly."));
            return;
        }
        if (landed) {
            landed(flight, null);
        } else {
            start(flight);
        }
    }

    void landed(Flight<K> flight, @Nullable PermissionsUnavailableException failure) {
        if (failure == null) {
            failures.invalidate(flight.key());
        } else {
            failures.put(flight.key(), new Failure(failure, sequence.now()));
        }
        AtomicReference<@Nullable Flight<K>> following = new AtomicReference<>();
        flights.computeIfPresent(flight.key(), (key, current) -> {
            if (current != flight) {
                return current;
            }
            following.set(flight.next());
            return flight.next();
        });
        if (failure == null) {
            flight.landed().complete(null);
        } else {
            flight.landed().completeExceptionally(failure);
        }
        Flight<K> next = following.get();
        if (next != null) {
            start(next);
        }
    }

    private void start(Flight<K> flight) {
        flight.waits();
        handOver(flight, flight.priority() == Priority.BACKGROUND);
    }

    /** Gives a foreground turn to a flight that waits in the background. If no turn is available, the flight keeps its place. */
    private void lift(Flight<K> flight) {
        try {
            executor.foreground(flight);
        } catch (RuntimeException | OutOfMemoryError e) {
            log.debug("A background read could not be lifted", e);
        }
    }

    /** If a flight cannot start, only this flight fails. The next request starts another one. */
    private void handOver(Flight<K> flight, boolean background) {
        try {
            if (background) {
                executor.background(flight);
            } else {
                executor.foreground(flight);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            flight.fail(new PermissionsUnavailableException(Reason.BUDGET_EXHAUSTED, "No thread is free for a read."));
        }
    }

    private @Nullable PermissionsUnavailableException recentFailure(K key, long after, Priority priority) {
        Failure failure = failures.getIfPresent(key);
        if (failure == null || failure.at <= after || failure.cause.reason() == Reason.BUDGET_EXHAUSTED) {
            return null;
        }
        boolean isDoubt = failure.cause.reason() == Reason.IMPLAUSIBLE;
        long pause = isDoubt && priority == Priority.BACKGROUND ? LONG_PAUSE : PAUSE;
        return sequence.now() - failure.at < pause ? failure.cause : null;
    }

    private record Failure(PermissionsUnavailableException cause, long at) {}

    /** A caller's demand for a flight. */
    private final class Request {

        private final K key;
        private final long after;
        private final Priority priority;
        private final long place;
        private @Nullable Flight<K> joined;
        private @Nullable Flight<K> before;
        private boolean isNew;

        Request(K key, long after, Priority priority, long place) {
            this.key = key;
            this.after = after;
            this.priority = priority;
            this.place = place;
        }

        /** Whether a flight that others have requested serves this request too. Then no thread waits for another one. */
        boolean serves(@Nullable Flight<K> current) {
            boolean isServed = current != null && current.serves(after);
            joined = isServed ? current : null;
            return isServed;
        }

        /** The flight to keep for the key; {@code null} if one has landed since the caller checked the facts. */
        @Nullable
        Flight<K> join(@Nullable Flight<K> current) {
            if (current == null) {
                if (reader.lastReadAt(key) > after) {
                    return null;
                }
                isNew = true;
                joined = create();
                return joined;
            }
            if (serves(current)) {
                return current;
            }
            Flight<K> next = current.next();
            if (next == null) {
                next = create();
                current.next(next);
            } else {
                next.demandAfter(after);
            }
            joined = next;
            before = current;
            return current;
        }

        private Flight<K> create() {
            return new Flight<>(SingleFlight.this, key, after, priority, place, numbers.incrementAndGet());
        }
    }
}
