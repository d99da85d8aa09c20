package io.scopeguard.permission.flight;

import io.scopeguard.annotation.Internal;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The flights without waiting callers, in the order of the {@linkplain Flight#place places} that they had when they were added.
 * Bounded and thread-safe.
 *
 * @hidden
 */
@Internal
public final class BackgroundQueue {

    static final int MAX = 10_000;

    /** The place of a flight that is not ordered by the age of its fact, but goes before all others. */
    public static final long FIRST = Long.MIN_VALUE;

    private final Map<Flight<?>, Entry> entries = new HashMap<>();
    private final TreeSet<Entry> ordered =
            new TreeSet<>(Comparator.comparingLong(Entry::place).thenComparingLong(entry -> entry.flight.number()));

    /** A flight, with its place when it was added. */
    private record Entry(Flight<?> flight, long place) {}

    /** Adds a flight. Returns the flight that was dropped for lack of space, if any; it may be the same. */
    public synchronized @Nullable Flight<?> add(Flight<?> flight) {
        remove(flight);
        Entry entry = new Entry(flight, flight.place());
        entries.put(flight, entry);
        ordered.add(entry);
        return entries.size() > MAX ? pollLast() : null;
    }

    /** Removes a flight. Returns whether it was here. */
    public synchronized boolean remove(Flight<?> flight) {
        Entry entry = entries.remove(flight);
        return entry != null && ordered.remove(entry);
    }

    public synchronized @Nullable Flight<?> poll() {
        return taken(ordered.pollFirst());
    }

    /** Removes the flight whose turn would come last. */
    synchronized @Nullable Flight<?> pollLast() {
        return taken(ordered.pollLast());
    }

    private @Nullable Flight<?> taken(@Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        entries.remove(entry.flight);
        return entry.flight;
    }

    /** The age of the oldest fact that waits for its turn, or the largest number. */
    public synchronized long oldest() {
        for (Entry entry : ordered) {
            if (entry.place != FIRST) {
                return entry.place;
            }
        }
        return Long.MAX_VALUE;
    }

    public synchronized int size() {
        return entries.size();
    }
}
