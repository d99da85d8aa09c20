package io.scopeguard.bench.live.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The scopes of a user over time. One thread at a time appends; any thread reads. */
public final class Timeline {

    /** The start of a period that has lasted since the beginning. */
    public static final long ALWAYS = Long.MIN_VALUE;

    private volatile List<Entry> entries;

    public Timeline(Set<String> held) {
        entries = List.of(new Entry(ALWAYS, Set.copyOf(held)));
    }

    /**
     * Records a change.
     *
     * @param nanos the time of the change, not before the last one
     */
    public void append(long nanos, Set<String> held) {
        if (!last().held.equals(held)) {
            List<Entry> longer = new ArrayList<>(entries);
            longer.add(new Entry(nanos, Set.copyOf(held)));
            entries = List.copyOf(longer);
        }
    }

    /** The scopes held now. */
    public Set<String> held() {
        return last().held;
    }

    /** Whether the scope was held at every moment of the period. */
    public boolean isHeldThroughout(String scope, long from, long to) {
        return isSameThroughout(scope, true, from, to);
    }

    /** Whether the scope was missing at every moment of the period. */
    public boolean isLackedThroughout(String scope, long from, long to) {
        return isSameThroughout(scope, false, from, to);
    }

    /** The beginning of the uninterrupted period around the time in which the scope was held, or in which it was missing. */
    public long unchangedSince(String scope, long nanos) {
        long since = ALWAYS;
        boolean held = false;
        for (Entry entry : entries) {
            if (entry.nanos > nanos) {
                break;
            }
            if (entry.held.contains(scope) != held) {
                held = !held;
                since = entry.nanos;
            }
        }
        return since;
    }

    private boolean isSameThroughout(String scope, boolean held, long from, long to) {
        List<Entry> all = entries;
        for (int i = 0; i < all.size(); i++) {
            boolean isOver = i + 1 < all.size() && all.get(i + 1).nanos <= from;
            boolean hasBegun = all.get(i).nanos <= to;
            if (!isOver && hasBegun && all.get(i).held.contains(scope) != held) {
                return false;
            }
        }
        return true;
    }

    private Entry last() {
        return entries.get(entries.size() - 1);
    }

    private record Entry(long nanos, Set<String> held) {}
}
