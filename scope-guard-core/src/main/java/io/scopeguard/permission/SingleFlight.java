package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * At most one read of each key at a time, and one that begins after it for callers that need a newer answer. Nothing waits here:
 * callers get futures, and set their own deadlines. Thread-safe.
 */
final class SingleFlight {

    private static final Logger log = LoggerFactory.getLogger(SingleFlight.class);

    /** How soon after a failure the same is tried again. */
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    /** The delay in the background after an answer that was not believed. */
    private static final long LONG_PAUSE = Duration.ofSeconds(10).toNanos();

    private static final long MAX_FAILURES = 100_000;

    private final ReadExecutor executor;
    private final Sequence sequence;
    private final Reader reader;
    private final AtomicLong numbers = new AtomicLong();
    private final Map<FactKey, Flight> flights = new ConcurrentHashMap<>();
    private final Cache<FactKey, Failure> failures = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_FAILURES)
            .build();

    /** The work of a flight. */
    interface Reader {

        /** Takes one step; whether the flight has landed. */
        boolean step(Flight flight);

        /** The start of the last read of a key that is known, or the smallest number. */
        long readAt(FactKey key);
    }

    SingleFlight(ReadExecutor executor, Sequence sequence, Reader reader) {
        this.executor = executor;
        this.sequence = sequence;
        this.reader = reader;
    }

    /**
     * Has a key read.
     *
     * @param after the read begins later than this
     * @param knownReadAt the age of the known fact
     * @return lands with the read; completed exceptionally if the same failed a moment ago
     */
    CompletableFuture<Void> request(FactKey key, long after, Priority priority, long knownReadAt) {
        return request(key, after, after, priority, knownReadAt);
    }

    /**
     * Starts the read of a list, whose pages are answers of their own.
     *
     * @param pagesAfter the pages that are not read yet are read after this, also if the list is being read already
     */
    CompletableFuture<Void> request(FactKey key, long after, long pagesAfter, Priority priority, long knownReadAt) {
        PermissionsUnavailableException failure = recentFailure(key, after, priority);
        if (failure != null) {
            return CompletableFuture.failedFuture(failure);
        }
        Request request = new Request(key, after, priority, knownReadAt);
        flights.compute(key, (same, current) -> request.join(current));
        Flight joined = request.joined;
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
            // A caller that waits for the next flight waits for the one before it, too.
            raise(request.before, priority);
        }
        return joined.landed();
    }

    private void raise(@Nullable Flight flight, Priority priority) {
        if (flight != null && flight.raise(priority) && flight.isWaiting()) {
            lift(flight);
        }
    }

    /** Whether the key is being read, or will be. */
    boolean isRequested(FactKey key) {
        return flights.containsKey(key);
    }

    /** The number of flights with waiting callers. */
    int foreground() {
        return executor.foreground();
    }

    int waiting() {
        return executor.waiting();
    }

    /** How many flights have not landed. */
    int active() {
        return flights.size();
    }

    long now() {
        return sequence.next();
    }

    void step(Flight flight) {
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

    void landed(Flight flight, @Nullable PermissionsUnavailableException failure) {
        if (failure == null) {
            failures.invalidate(flight.key());
        } else {
            failures.put(flight.key(), new Failure(failure, sequence.now()));
        }
        @Nullable Flight[] following = new @Nullable Flight[1];
        flights.computeIfPresent(flight.key(), (key, current) -> {
            if (current != flight) {
                return current;
            }
            following[0] = flight.next();
            return following[0];
        });
        if (failure == null) {
            flight.landed().complete(null);
        } else {
            flight.landed().completeExceptionally(failure);
        }
        if (following[0] != null) {
            start(following[0]);
        }
    }

    private void start(Flight flight) {
        flight.waits();
        handOver(flight, flight.priority() == Priority.BACKGROUND);
    }

    /** A flight that waits in the background gets a foreground turn; if there is none, it keeps its place. */
    private void lift(Flight flight) {
        try {
            executor.foreground(flight);
        } catch (RuntimeException | OutOfMemoryError e) {
            log.debug("A background read could not be lifted", e);
        }
    }

    /** If a flight cannot start, only this flight fails: the next request starts another one. */
    private void handOver(Flight flight, boolean background) {
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

    private @Nullable PermissionsUnavailableException recentFailure(FactKey key, long after, Priority priority) {
        Failure failure = failures.getIfPresent(key);
        if (failure == null || failure.at <= after || failure.cause.reason() == Reason.BUDGET_EXHAUSTED) {
            return null;
        }
        boolean isDoubt = failure.cause.reason() == Reason.IMPLAUSIBLE;
        long pause = isDoubt && priority == Priority.BACKGROUND ? LONG_PAUSE : PAUSE;
        return sequence.now() - failure.at < pause ? failure.cause : null;
    }

    private record Failure(PermissionsUnavailableException cause, long at) {}

    /** A request on its way to a flight. */
    private final class Request {

        private final FactKey key;
        private final long after;
        private final Priority priority;
        private final long knownReadAt;
        private @Nullable Flight joined;
        private @Nullable Flight before;
        private boolean isNew;

        Request(FactKey key, long after, Priority priority, long knownReadAt) {
            this.key = key;
            this.after = after;
            this.priority = priority;
            this.knownReadAt = knownReadAt;
        }

        /** The flight to keep for the key; {@code null} if one landed between the caller's check of the facts and this. */
        @Nullable
        Flight join(@Nullable Flight current) {
            if (current == null) {
                if (reader.readAt(key) > after) {
                    return null;
                }
                isNew = true;
                joined = create();
                return joined;
            }
            if (current.serves(after)) {
                joined = current;
                return current;
            }
            Flight next = current.next();
            if (next == null) {
                next = create();
                current.next(next);
            }
            joined = next;
            before = current;
            return current;
        }

        private Flight create() {
            return new Flight(SingleFlight.this, key, after, priority, knownReadAt, numbers.incrementAndGet());
        }
    }
}
