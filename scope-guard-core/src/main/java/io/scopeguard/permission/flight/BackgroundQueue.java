package io.scopeguard.permission.flight;

import io.scopeguard.annotation.Internal;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The flights without waiting callers, in the order of their {@linkplain Flight#place places}. Bounded and thread-safe.
 *
 * @hidden
 */
@Internal
public final class BackgroundQueue {

    static final int MAX = 10_000;

    /** The place of a flight that is not ordered by the age of its fact, but goes before all others. */
    public static final long FIRST = Long.MIN_VALUE;

    private final TreeSet<Flight<?>> flights =
            new TreeSet<>(Comparator.<Flight<?>>comparingLong(Flight::place).thenComparingLong(Flight::number));

    /** Adds a flight. Returns the flight that was dropped for lack of space, if any; it may be the same. */
    public synchronized @Nullable Flight<?> add(Flight<?> flight) {
        flights.add(flight);
        return flights.size() > MAX ? flights.pollLast() : null;
    }

    /** Removes a flight. Returns whether it was here. */
    public synchronized boolean remove(Flight<?> flight) {
        return flights.remove(flight);
    }

    public synchronized @Nullable Flight<?> poll() {
        return flights.pollFirst();
    }

    /** The age of the oldest fact that waits for its turn, or the largest number. */
    public synchronized long oldest() {
        for (Flight<?> flight : flights) {
            if (flight.place() != FIRST) {
                return flight.place();
            }
        }
        return Long.MAX_VALUE;
    }

    public synchronized int size() {
        return flights.size();
    }
}
