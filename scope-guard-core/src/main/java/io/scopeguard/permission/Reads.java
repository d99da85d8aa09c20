package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reads under way: at most one of each thing, and one behind it, which whoever needs a read that begins later shares.
 * Thread-safe; its lock is held for no longer than it takes to look.
 */
final class Reads implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Reads.class);

    /** After a failure the provider is left alone for this long. */
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private static final long MAX_FAILURES = 10_000;

    private final Function<Read, @Nullable Reading> source;
    private final Clock clock;
    private final Stamps stamps;
    private final Readers readers;
    private final SubjectFloor floor = new SubjectFloor();
    private final Map<Object, Flight> flights = new ConcurrentHashMap<>();
    private final Cache<Object, Failure> failures =
            Caffeine.newBuilder().maximumSize(MAX_FAILURES).build();
    private long number;

    /**
     * @param source what reads; fails with {@link PermissionsUnavailableException}
     * @param readers makes what calls {@link #run} for each read
     */
    Reads(
            Function<Read, @Nullable Reading> source,
            Clock clock,
            Stamps stamps,
            Function<Consumer<Read>, Readers> readers) {
        this.source = source;
        this.clock = clock;
        this.stamps = stamps;
        this.readers = readers.apply(this::run);
    }

    /** Sees to it that the target is read before long, unless that is so already or has just failed. */
    void ahead(Object target, Need need, long knownAsOf) {
        if (!flights.containsKey(target) && pausedBy(target) == null) {
            try {
                join(target, need, knownAsOf, Urgency.AHEAD);
            } catch (PermissionsUnavailableException | TooSoonException e) {
                // Nobody waits for it.
            }
        }
    }

    /** Whether a read of the target would begin at once, with no reason to expect that it fails. */
    boolean couldBegin(Object target) {
        return !flights.containsKey(target) && failures.getIfPresent(target) == null && readers.areFree();
    }

    /**
     * Reads the target, or waits for a read that serves the need.
     *
     * @param deadline by {@link #nanoTime}
     * @throws PermissionsUnavailableException if the read fails, or takes too long
     */
    @Nullable
    Reading await(Object target, Need need, long knownAsOf, long deadline) {
        while (true) {
            try {
                return await(join(target, need, knownAsOf, Urgency.NOW), deadline);
            } catch (TooSoonException e) {
                pause(e.nanos, deadline);
            }
        }
    }

    /** How many reads of this urgency are wanted and have not begun. */
    synchronized int waiting(Urgency urgency) {
        return (int) flights.values().stream()
                .filter(flight -> flight.isWaiting(urgency))
                .count();
    }

    long nanoTime() {
        return readers.nanoTime();
    }

    @Override
    public void close() {
        readers.close();
    }

    private synchronized Read join(Object target, Need need, long knownAsOf, Urgency urgency) {
        Flight flight = flights.get(target);
        if (flight == null || (urgency == Urgency.NOW && flight.underWay.isPatient() && flight.underWay.isBegun())) {
            // Who cannot wait overtakes a read that may wait for others' calls.
            return start(target, need, knownAsOf, urgency);
        }
        if (!flight.underWay.takes(need)) {
            return flight.behind(() -> new Read(target, knownAsOf, number++, need, urgency), need);
        }
        if (urgency == Urgency.NOW && flight.underWay.isPatient()) {
            readers.now(flight.underWay);
            flight.underWay.becomeUrgent();
        }
        return flight.underWay;
    }

    private Read start(Object target, Need need, long knownAsOf, Urgency urgency) {
        failFast(target);
        waitForTurn(target, need);
        Read read = new Read(target, knownAsOf, number++, need, urgency);
        flights.put(target, new Flight(read));
        enqueue(read);
        return read;
    }

    private void enqueue(Read read) {
        try {
            if (read.urgency() == Urgency.NOW) {
                readers.now(read);
            } else {
                giveUp(readers.ahead(read));
            }
        } catch (PermissionsUnavailableException e) {
            flights.remove(read.target());
            read.result().completeExceptionally(e);
        }
    }

    /** There are older ones. Whoever needs it asks again. */
    private void giveUp(@Nullable Read read) {
        if (read != null && read.isPatient()) {
            flights.remove(read.target());
            read.result()
                    .completeExceptionally(new PermissionsUnavailableException(
                            Reason.BUDGET_EXHAUSTED, "Too many reads are waiting."));
        }
    }

    private void run(Read read) {
        if (!begin(read)) {
            return;
        }
        try {
            Reading reading = source.apply(read);
            finish(read, null);
            read.result().complete(reading);
        } catch (PermissionsUnavailableException e) {
            fail(read, e);
        } catch (RuntimeException | Error e) {
            // Whatever it is: a read that never ends would keep everybody from reading this again.
            // Without its message, which may hold what the provider said.
            log.error(
                    "Reading live permissions failed unexpectedly: {} at {}",
                    e.getClass().getName(),
                    Arrays.stream(e.getStackTrace()).limit(5).toList());
            fail(read, new PermissionsUnavailableException(Reason.MALFORMED, "Reading failed unexpectedly."));
        }
    }

    private void fail(Read read, PermissionsUnavailableException failure) {
        finish(read, failure);
        read.result().completeExceptionally(failure);
    }

    private synchronized boolean begin(Read read) {
        Flight flight = flights.get(read.target());
        if (flight == null || flight.underWay != read || read.isBegun()) {
            return false;
        }
        read.begin(now(), stamps.next());
        return true;
    }

    private synchronized void finish(Read read, @Nullable PermissionsUnavailableException failure) {
        Object target = read.target();
        Flight flight = flights.get(target);
        if (flight == null || flight.underWay != read) {
            // It was overtaken.
            return;
        }
        flights.remove(target);
        if (failure == null) {
            failures.invalidate(target);
        } else {
            failures.put(target, new Failure(failure, now()));
        }
        if (flight.behind != null) {
            startBehind(flight.behind);
        }
    }

    private void startBehind(Read next) {
        try {
            waitForTurn(next.target(), next.need());
            flights.put(next.target(), new Flight(next));
            enqueue(next);
        } catch (TooSoonException e) {
            next.result().completeExceptionally(e);
        }
    }

    private void failFast(Object target) {
        PermissionsUnavailableException cause = pausedBy(target);
        if (cause != null) {
            throw cause;
        }
    }

    private @Nullable PermissionsUnavailableException pausedBy(Object target) {
        Failure last = failures.getIfPresent(target);
        return last != null && now() < last.at + PAUSE ? last.cause : null;
    }

    private void waitForTurn(Object target, Need need) {
        if (need.own() && target instanceof Holder holder) {
            long nanos = floor.take(holder.subject(), now());
            if (nanos > 0) {
                throw new TooSoonException(nanos);
            }
        }
    }

    private @Nullable Reading await(Read read, long deadline) {
        try {
            return readers.await(read.result(), deadline - nanoTime());
        } catch (TimeoutException e) {
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "The provider took too long.");
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException known
                    ? known
                    : new IllegalStateException("reads fail in one way only", e.getCause());
        }
    }

    private void pause(long nanos, long deadline) {
        if (nanos > deadline - nanoTime()) {
            throw new PermissionsUnavailableException(
                    Reason.BUDGET_EXHAUSTED, "One subject asks for too many reads of its own.");
        }
        try {
            readers.await(new CompletableFuture<>(), nanos);
        } catch (TimeoutException e) {
            // That was the purpose.
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (ExecutionException e) {
            throw new IllegalStateException("nobody completes this", e);
        }
    }

    private static PermissionsUnavailableException interrupted() {
        Thread.currentThread().interrupt();
        return new PermissionsUnavailableException(Reason.TIMEOUT, "Interrupted while waiting for the provider.");
    }

    private long now() {
        return EpochNanos.of(clock.instant());
    }

    private record Failure(PermissionsUnavailableException cause, long at) {}

    /** A read, and the one that begins when it has ended. */
    private static final class Flight {

        private final Read underWay;
        private @Nullable Read behind;

        Flight(Read underWay) {
            this.underWay = underWay;
        }

        boolean isWaiting(Urgency urgency) {
            return !underWay.isBegun() && underWay.urgency() == urgency;
        }

        Read behind(Supplier<Read> maker, Need need) {
            Read next = behind;
            if (next == null) {
                next = maker.get();
                behind = next;
            } else {
                next.takes(need);
                next.becomeUrgent();
            }
            return next;
        }
    }

    /** The subject has had its share of reads of its own; its next may begin after this time. */
    private static final class TooSoonException extends RuntimeException {

        private final long nanos;

        TooSoonException(long nanos) {
            super(null, null, false, false);
            this.nanos = nanos;
        }
    }
}
