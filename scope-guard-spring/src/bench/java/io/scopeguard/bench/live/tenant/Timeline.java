package io.scopeguard.bench.live.tenant;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The roles of a user over time, and the scopes that follow. One thread at a time appends; any thread reads. */
public final class Timeline {

    /**
     * The user's roles and their scopes at one moment.
     *
     * @param roles the roles that the user has; none for a suspended user or one who is not a member
     * @param scopes the scopes of all roles, for the audience of the timeline
     */
    record State(Set<String> roles, Map<String, Set<String>> scopes) {

        static State of(Set<String> held) {
            return new State(Set.of(""), Map.of("", Set.copyOf(held)));
        }

        Set<String> held() {
            Set<String> held = new HashSet<>();
            roles.forEach(role -> held.addAll(scopes.getOrDefault(role, Set.of())));
            return held;
        }

        private Set<String> rolesWith(String scope) {
            return scopes.entrySet().stream()
                    .filter(role -> role.getValue().contains(scope))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
        }
    }

    /** The start of a period that has lasted since the beginning. */
    public static final long ALWAYS = Long.MIN_VALUE;

    private static final double SECOND = 1e9;

    private volatile List<Entry> entries;

    public Timeline(Set<String> held) {
        this(State.of(held));
    }

    Timeline(State state) {
        entries = List.of(new Entry(ALWAYS, state.held(), state));
    }

    /**
     * Records a change.
     *
     * @param nanos the time of the change, not before the last one
     */
    public void append(long nanos, Set<String> held) {
        append(nanos, State.of(held));
    }

    void append(long nanos, State state) {
        if (!last().state.equals(state)) {
            List<Entry> longer = new ArrayList<>(entries);
            longer.add(new Entry(nanos, state.held(), state));
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

    /**
     * Whether the scope was missing for everybody who read roles and their scopes at any moments of the period, even at different
     * ones: a provider returns them by different calls.
     */
    public boolean isLackedInAllReads(String scope, long from, long to) {
        List<Entry> during = during(from, to);
        return during.stream()
                .flatMap(entry -> entry.state.roles.stream())
                .distinct()
                .noneMatch(role -> during.stream()
                        .anyMatch(entry -> entry.state.rolesWith(scope).contains(role)));
    }

    /**
     * The roles and scopes of a period, for people: at each change, the roles held, and after a colon the roles that granted the
     * scope.
     */
    public String describe(String scope, long from, long to) {
        return during(from, to).stream()
                .map(entry -> (entry.nanos == ALWAYS ? "at first" : seconds(entry.nanos - to)) + " "
                        + new TreeSet<>(entry.state.roles) + ":" + new TreeSet<>(entry.state.rolesWith(scope)))
                .collect(Collectors.joining(", "));
    }

    /** A time in nanoseconds, for people. */
    public static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / SECOND);
    }

    private List<Entry> during(long from, long to) {
        List<Entry> all = entries;
        List<Entry> during = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            boolean isOver = i + 1 < all.size() && all.get(i + 1).nanos <= from;
            if (!isOver && all.get(i).nanos <= to) {
                during.add(all.get(i));
            }
        }
        return during;
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
        return during(from, to).stream().allMatch(entry -> entry.held.contains(scope) == held);
    }

    private Entry last() {
        return entries.get(entries.size() - 1);
    }

    private record Entry(long nanos, Set<String> held, State state) {}
}
