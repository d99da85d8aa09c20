package io.scopeguard.permission;

import java.util.Comparator;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Flights that nobody waits for, the one with the oldest fact first. Bounded and thread-safe. */
final class BackgroundQueue {

    static final int MAX = 10_000;

    private final TreeSet<Flight> flights =
            new TreeSet<>(Comparator.comparingLong(Flight::knownReadAt).thenComparingLong(Flight::number));

    /** Adds a flight; returns the flight that is dropped for it, maybe the same, or {@code null}. */
    synchronized @Nullable Flight add(Flight flight) {
        flights.add(flight);
        return flights.size() > MAX ? flights.pollLast() : null;
    }

    synchronized @Nullable Flight poll() {
        return flights.pollFirst();
    }

    synchronized int size() {
        return flights.size();
    }
}
