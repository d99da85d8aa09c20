package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.Changes;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.HolderSet;
import io.scopeguard.permission.fact.Holding;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.RoleTable.Role;
import io.scopeguard.permission.fact.SubjectFact;
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
 *
 * @hidden
 */
@Internal
public final class HolderSweep {

    private static final int MAX_USERS = 10_000;

    /** The maximum number of ids. If there are more, users are read one by one. */
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
    private volatile long finishedAt = Long.MIN_VALUE;
    private volatile long listReadAt = Long.MIN_VALUE;
    /** The start of the oldest read behind the selection of roles for the last sweep. */
    private volatile long selectedAt = Long.MIN_VALUE;
    private @Nullable Walk walk;

    /** A sweep in progress. */
    static final class Walk {

        final Deque<String> scopesToRead = new ArrayDeque<>();
        final Deque<String> rolesToRead = new ArrayDeque<>();
        final Map<String, HolderSet> next = new HashMap<>();
        final Set<String> suspended = new HashSet<>();

        @Nullable
        Pass<Boolean> pass;

        boolean isListRead;
        long listReadAt;

        /** The start of the oldest read behind the selection of roles: users hold no other relevant role at this time. */
        long selectedAt;

        boolean isPlanned;
    }

    Walk walk() {
        Walk current = walk;
        if (current == null) {
            current = new Walk();
            walk = current;
        }
        return current;
    }

    void abandon() {
        walk = null;
    }

    void finish(Walk finished, long now) {
        walk = null;
        finishedAt = now;
        listReadAt = finished.listReadAt;
        selectedAt = finished.selectedAt;
        suspended = Set.copyOf(finished.suspended);
        long size = finished.next.values().stream()
                .mapToLong(set -> set.ids().size())
                .sum();
        complete = size <= MAX_HOLDERS;
        byRole = complete ? Map.copyOf(finished.next) : Map.of();
        lastSweep = new Object();
        waiting.clear();
    }

    /** A different instance after each complete sweep. */
    public Object lastSweep() {
        return lastSweep;
    }

    /** The end of the last complete sweep. */
    long finishedAt() {
        return finishedAt;
    }

    /** The start of the read of the list of roles that the last complete sweep used. */
    long listReadAt() {
        return listReadAt;
    }

    /** Whether a page of holders showed the user as suspended. */
    public boolean isSuspended(String user) {
        return suspended.contains(user);
    }

    public Map<String, HolderSet> byRole() {
        return byRole;
    }

    /**
     * Counts a user whose global roles are relevant in a period.
     *
     * @param wanted names of roles that are always read, even if they grant nothing
     */
    public void countUse(String user, Audience audience, Set<String> wanted, byte now) {
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
    public void miss(String user) {
        if (waiting.size() < MAX_USERS) {
            waiting.add(user);
        }
    }

    Set<Audience> audiences() {
        return audiences;
    }

    /** Whether reading all roles takes fewer calls than reading the requested users one by one. */
    public boolean isCheaper(RoleSet roles, int pageSize) {
        if (!roles.isRead()) {
            return false;
        }
        int demand = Math.max(Math.max(usersNow.size(), usedBefore), waiting.size());
        return demand > calls(roles, pageSize);
    }

    /** Whether the holders of the role are read. */
    public boolean matters(RoleSet roles, Role role) {
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
    public @Nullable SubjectFact view(String user, Set<String> wanted, RoleSet roles, FactStore store) {
        if (!complete || !contains(wanted, roles)) {
            return null;
        }
        Set<String> held = Set.of();
        long readAt = byRole.isEmpty() ? Long.MAX_VALUE : selectedAt;
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
