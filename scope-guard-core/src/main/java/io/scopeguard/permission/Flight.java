package io.scopeguard.permission;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Priority;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One read of one key, in one or more steps. Its priority may rise while it waits, also for a call that it is making. Thread-safe.
 */
final class Flight implements CallContext {

    private static final long NOT_BEGUN = Long.MAX_VALUE;

    private final SingleFlight flights;
    private final FactKey key;
    private final long knownReadAt;
    private final long number;
    private final CompletableFuture<Void> landed = new CompletableFuture<>();

    /** Whether a step waits for its turn. A flight may wait in two places; it takes the first turn only. */
    private final AtomicBoolean waits = new AtomicBoolean();

    private volatile Priority priority;
    private volatile long begunAt = NOT_BEGUN;
    private long notBefore;
    private @Nullable Flight next;

    /** @param notBefore the time after which the read has to begin */
    Flight(SingleFlight flights, FactKey key, long notBefore, Priority priority, long knownReadAt, long number) {
        this.flights = flights;
        this.key = key;
        this.notBefore = notBefore;
        this.priority = priority;
        this.knownReadAt = knownReadAt;
        this.number = number;
    }

    FactKey key() {
        return key;
    }

    /** The age of the fact that is read again. It determines the order of background reads. */
    long knownReadAt() {
        return knownReadAt;
    }

    long number() {
        return number;
    }

    CompletableFuture<Void> landed() {
        return landed;
    }

    @Override
    public Priority priority() {
        return priority;
    }

    /** Whether this may still begin after a point in time, or did. If it has not begun, it does. */
    synchronized boolean serves(long after) {
        if (begunAt == NOT_BEGUN) {
            demandAfter(after);
        }
        return begunAt > after;
    }

    /** The remaining calls of a read in several calls begin after this. */
    synchronized void demandAfter(long after) {
        notBefore = Math.max(notBefore, after);
    }

    /** Requests that come while the first call waits for its turn are served by it. */
    @Override
    public synchronized void begins() {
        if (begunAt == NOT_BEGUN) {
            begunAt = flights.now();
        }
    }

    @Override
    public synchronized long notBefore() {
        return notBefore;
    }

    @Override
    public synchronized boolean takes(long answerBegunAt, long answerEndedAt) {
        if (answerBegunAt <= notBefore) {
            return false;
        }
        begunAt = Math.min(begunAt, answerBegunAt);
        return true;
    }

    /** Raises the priority; whether that changed anything. */
    synchronized boolean raise(Priority wanted) {
        if (wanted.compareTo(priority) >= 0) {
            return false;
        }
        priority = wanted;
        return true;
    }

    /** The flight that begins after this one. Only called by the owner. */
    @Nullable
    Flight next() {
        return next;
    }

    void next(Flight flight) {
        next = flight;
    }

    void waits() {
        waits.set(true);
    }

    boolean isWaiting() {
        return waits.get();
    }

    /** Takes the next step, unless another thread does. */
    void step() {
        if (waits.compareAndSet(true, false)) {
            flights.step(this);
        }
    }

    /** Ends the flight without an answer, if it still waits for its turn. */
    void fail(PermissionsUnavailableException cause) {
        if (waits.compareAndSet(true, false)) {
            flights.landed(this, cause);
        }
    }
}
