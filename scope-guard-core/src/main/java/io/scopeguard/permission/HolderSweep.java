package io.scopeguard.permission;

import io.scopeguard.permission.RoleTable.Role;
import io.scopeguard.scope.Audience;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The holders of the global roles in use, read by role: one sweep answers for all users. Thread-safe; only one flight at a time
 * walks the sweep.
 */
final class HolderSweep {

    private static final int MAX_USERS = 10_000;

    /** More ids than this are not kept: then users are read one by one. */
    private static final int MAX_HOLDERS = 1_000_000;

    private final Set<String> usersNow = ConcurrentHashMap.newKeySet();
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Audience> audiences = ConcurrentHashMap.newKeySet();
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private volatile byte period;
    private volatile int usedBefore;
    private volatile Map<String, HolderSet> byRole = Map.of();
    private volatile Set<String> suspended = Set.of();
    private volatile Object lastSweep = new Object();
    private volatile boolean complete;
    private volatile long lastWalkAt = Long.MIN_VALUE;
    private volatile long listReadAt = Long.MIN_VALUE;
    private @Nullable Walk walk;

    /** One sweep under way. */
    static final class Walk {

        final long readAt;
        final Deque<String> scopesToRead = new ArrayDeque<>();
        final Deque<String> rolesToRead = new ArrayDeque<>();
        final Map<String, HolderSet> next = new HashMap<>();
        final Set<String> suspended = new HashSet<>();

        @Nullable
        Pass<Boolean> pass;

        boolean isListRead;
        long listReadAt;
        boolean isPlanned;

        Walk(long readAt) {
            this.readAt = readAt;
        }
    }

    Walk walk(long now) {
        Walk current = walk;
        if (current == null) {
            current = new Walk(now);
            walk = current;
        }
        return current;
    }

    void abandon() {
        walk = null;
    }

    void finish(Walk finished) {
        walk = null;
        lastWalkAt = finished.readAt;
        listReadAt = finished.listReadAt;
        suspended = Set.copyOf(finished.suspended);
        long size = finished.next.values().stream()
                .mapToLong(set -> set.ids().size())
                .sum();
        complete = size <= MAX_HOLDERS;
        byRole = complete ? Map.copyOf(finished.next) : Map.of();
        lastSweep = new Object();
        waiting.clear();
    }

    /** Another instance after each complete sweep. */
    Object lastSweep() {
        return lastSweep;
    }

    /** When the last complete sweep began. */
    long lastWalkAt() {
        return lastWalkAt;
    }

    /** The start of the read of the list of roles that the last complete sweep went by. */
    long listReadAt() {
        return listReadAt;
    }

    /** Whether a page of holders showed the user as suspended. */
    boolean isSuspended(String user) {
        return suspended.contains(user);
    }

    Map<String, HolderSet> byRole() {
        return byRole;
    }

    /**
     * Counts a user for whom global roles matter in a period.
     *
     * @param wanted names of roles that are always read, even if they grant nothing
     */
    void used(String user, Audience audience, Set<String> wanted, byte now) {
        if (period != now) {
            turn(now);
        }
        if (usersNow.size() < MAX_USERS) {
            usersNow.add(user);
        }
        audiences.add(audience);
        names.addAll(wanted);
    }

    private synchronized void turn(byte now) {
        if (period != now) {
            usedBefore = usersNow.size();
            usersNow.clear();
            waiting.clear();
            period = now;
        }
    }

    /** A request needs the global roles of a user. */
    void miss(String user) {
        if (waiting.size() < MAX_USERS) {
            waiting.add(user);
        }
    }

    Set<Audience> audiences() {
        return audiences;
    }

    /** Whether reading all roles takes fewer calls than reading the users in demand. */
    boolean isCheaper(RoleSet roles, int pageSize) {
        if (!roles.isRead()) {
            return false;
        }
        int demand = Math.max(Math.max(usersNow.size(), usedBefore), waiting.size());
        return demand > calls(roles, pageSize);
    }

    /** Whether the holders of the role are read. */
    boolean matters(RoleSet roles, Role role) {
        return roles.hasScopes(role) || role.isNamed(names);
    }

    private int calls(RoleSet roles, int pageSize) {
        int calls = 1;
        for (Role role : roles.table().roles().values()) {
            if (role.holderCount() != 0 && !role.areScopesKnown()) {
                calls++;
            } else if (role.holderCount() != 0 && matters(roles, role) && role.holders() == null) {
                calls += Math.max((role.holderCount() + pageSize - 1) / pageSize, 1);
            }
        }
        return calls;
    }

    /**
     * The result of the last complete sweep for a user; {@code null} without a sweep, or if it left out one of the wanted roles.
     */
    @Nullable
    SubjectFact view(String user, Set<String> wanted, RoleSet roles, FactStore store) {
        if (!complete || !contains(wanted, roles)) {
            return null;
        }
        Set<String> held = Set.of();
        long readAt = Long.MAX_VALUE;
        long firstEnd = Long.MIN_VALUE;
        Map<String, Changes.Gain> gains = Map.of();
        Map<String, Changes.Loss> losses = Map.of();
        for (Map.Entry<String, HolderSet> entry : byRole.entrySet()) {
            HolderSet set = entry.getValue();
            readAt = Math.min(readAt, set.readAt(user));
            firstEnd = Math.max(firstEnd, set.firstEnd());
            if (set.holds(user)) {
                held = with(held, entry.getKey());
                gains = with(gains, entry.getKey(), set.changes().gain(user, set.firstEnd()));
            } else {
                Changes.Loss loss = set.lossOf(user);
                losses = loss == null ? losses : with(losses, entry.getKey(), loss);
            }
        }
        Changes changes = gains.isEmpty() && losses.isEmpty() ? Changes.NONE : new Changes(gains, losses);
        return readAt == Long.MAX_VALUE
                ? null
                : store.view(Holding.ofRoles(held), new ReadTimes(readAt, firstEnd, ReadTimes.NO_LOSSES), changes);
    }

    private boolean contains(Set<String> wanted, RoleSet roles) {
        if (wanted.isEmpty()) {
            return true;
        }
        for (Map.Entry<String, Role> entry : roles.table().roles().entrySet()) {
            Role role = entry.getValue();
            if (role.isNamed(wanted) && roles.isHeld(role) && !byRole.containsKey(entry.getKey())) {
                return false;
            }
        }
        return true;
    }

    private static Set<String> with(Set<String> set, String element) {
        Set<String> larger = new HashSet<>(set);
        larger.add(element);
        return larger;
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> larger = new HashMap<>(map);
        larger.put(key, value);
        return larger;
    }
}
