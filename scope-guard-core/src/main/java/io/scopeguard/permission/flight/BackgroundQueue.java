package io.scopeguard.permission.flight;

import io.scopeguard.annotation.Internal;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The flights without waiting callers, ordered by the age of their facts. Bounded and thread-safe.
 *
 * @hidden
 */
@Internal
public final class BackgroundQueue {

    static final int MAX = 10_000;

    /** The age of a fact that is read before all others. */
    public static final long FIRST = Long.MIN_VALUE;

    private final TreeSet<Flight<?>> flights = new TreeSet<>(
            Comparator.<Flight<?>>comparingLong(Flight::knownReadAt).thenComparingLong(Flight::number));

    /** Adds a flight. Returns the flight that was dropped for lack of space, if any; it may be the same. */
    public synchronized @Nullable Flight<?> add(Flight<?> flight) {
        flights.add(flight);
        return flights.size() > MAX ? flights.pollLast() : null;
    }

    /** Removes a flight that no longer waits. */
    public synchronized void remove(Flight<?> flight) {
        flights.remove(flight);
    }

    public synchronized @Nullable Flight<?> poll() {
        return flights.pollFirst();
    }

    /** The age of the oldest fact that waits for its turn, or the largest number. */
    public synchronized long oldest() {
        for (Flight<?> flight : flights) {
            if (!flight.key().isAlwaysFirst()) {
                return flight.knownReadAt();
            }
        }
        return Long.MAX_VALUE;
    }

    public synchronized int size() {
        return flights.size();
    }
}
