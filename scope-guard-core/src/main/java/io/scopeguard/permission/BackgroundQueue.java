package io.scopeguard.permission;

import io.scopeguard.permission.FactKey.RolesKey;
import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The flights without waiting callers, in order of the age of their facts. Bounded and thread-safe. */
final class BackgroundQueue {

    static final int MAX = 10_000;

    /** The age of a fact that is read before all others. */
    static final long FIRST = Long.MIN_VALUE;

    private final TreeSet<Flight> flights =
            new TreeSet<>(Comparator.comparingLong(Flight::knownReadAt).thenComparingLong(Flight::number));

    /** Adds a flight. Returns the flight that was dropped for lack of space, if any; it may be the same. */
    synchronized @Nullable Flight add(Flight flight) {
        flights.add(flight);
        return flights.size() > MAX ? flights.pollLast() : null;
    }

    /** Removes a flight that no longer waits. */
    synchronized void remove(Flight flight) {
        flights.remove(flight);
    }

    synchronized @Nullable Flight poll() {
        return flights.pollFirst();
    }

    /** The age of the oldest fact that waits, role definitions aside, or the largest number. */
    synchronized long oldest() {
        for (Flight flight : flights) {
            if (!(flight.key() instanceof RolesKey)) {
                return flight.knownReadAt();
            }
        }
        return Long.MAX_VALUE;
    }

    synchronized int size() {
        return flights.size();
    }
}
