package io.scopeguard.permission.flight;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Priority;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One read of one key, in one or more steps. Its priority may rise while it waits, and also during a call. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class Flight<K extends ReadKey> implements CallContext {

    private static final long NOT_BEGUN = Long.MAX_VALUE;

    private final SingleFlight<K> flights;
    private final K key;
    private final long place;
    private final long number;
    private final CompletableFuture<Void> landed = new CompletableFuture<>();

    /** Whether a step waits for its turn. A flight may wait in two queues; it takes the first turn only. */
    private final AtomicBoolean waits = new AtomicBoolean();

    private volatile Priority priority;
    private volatile long begunAt = NOT_BEGUN;
    private volatile long notBefore;
    private @Nullable Flight<K> next;

    /**
     * @param notBefore the time after which the read has to begin
     * @param place the place in the order of background reads
     */
    Flight(SingleFlight<K> flights, K key, long notBefore, Priority priority, long place, long number) {
        this.flights = flights;
        this.key = key;
        this.notBefore = notBefore;
        this.priority = priority;
        this.place = place;
        this.number = number;
    }

    public K key() {
        return key;
    }

    /** The place in the order of background reads. A read whose calls count only together goes first once it has begun. */
    long place() {
        return hasBegun() && key.isWhole() ? BackgroundQueue.FIRST : place;
    }

    boolean hasBegun() {
        return begunAt != NOT_BEGUN;
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

    /** Whether the flight began after a point in time or can still do so. In the second case, it will. */
    boolean serves(long after) {
        long begun = begunAt;
        if (begun == NOT_BEGUN && notBefore < after) {
            return stillServes(after);
        }
        return begun > after;
    }

    private synchronized boolean stillServes(long after) {
        if (begunAt == NOT_BEGUN) {
            demandAfter(after);
        }
        return begunAt > after;
    }

    /** The remaining calls of a read with several calls begin after the given time. */
    synchronized void demandAfter(long after) {
        notBefore = Math.max(notBefore, after);
    }

    /** The first call also serves requests that arrive while it waits for its turn. */
    @Override
    public synchronized void begins() {
        if (begunAt == NOT_BEGUN) {
            begunAt = flights.now();
        }
    }

    @Override
    public long notBefore() {
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

    /** Raises the priority. Returns whether it was lower before. */
    boolean raise(Priority wanted) {
        return wanted.compareTo(priority) < 0 && raiseNow(wanted);
    }

    private synchronized boolean raiseNow(Priority wanted) {
        if (wanted.compareTo(priority) >= 0) {
            return false;
        }
        priority = wanted;
        return true;
    }

    /** The flight that begins after this one. Called by the owner only. */
    @Nullable
    Flight<K> next() {
        return next;
    }

    void next(Flight<K> flight) {
        next = flight;
    }

    void waits() {
        waits.set(true);
    }

    boolean isWaiting() {
        return waits.get();
    }

    /** Performs the next step, unless another thread does. */
    public void step() {
        if (waits.compareAndSet(true, false)) {
            flights.step(this);
        }
    }

    /** Ends the flight without an answer, if it is still waiting for its turn. */
    public void fail(PermissionsUnavailableException cause) {
        if (waits.compareAndSet(true, false)) {
            flights.landed(this, cause);
        }
    }
}
