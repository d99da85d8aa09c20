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
import java.time.Duration;
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

    /** After this many sweeps in a row that were not steady, the users of waiting requests are read one by one. */
    private static final int TRIES = 2;

    /** A sweep of so few calls is over so soon that it answers a reported change as well. */
    private static final int FEW_CALLS = 2;

    /** The pause before a further sweep in the background if the last one was not steady. */
    private static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private final UsePeriod period = new UsePeriod() {
        @Override
        int takeUses() {
            int users = usersNow.size();
            usersNow.clear();
            waiting.clear();
            return users;
        }
    };
    private final Set<String> usersNow = ConcurrentHashMap.newKeySet();
    private final Set<String> waiting = ConcurrentHashMap.newKeySet();
    private final Set<Audience> audiences = ConcurrentHashMap.newKeySet();
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private volatile Result last = new Result(Map.of(), false, Long.MIN_VALUE);
    private volatile Set<String> unclear = Set.of();
    private volatile long finishedAt = Long.MIN_VALUE;
    private volatile long listReadAt = Long.MIN_VALUE;
    private volatile int unsteadySweeps;
    private @Nullable Walk walk;
    private final ReportedReads reported = new ReportedReads();

    /**
     * The result of a complete sweep. Not a record, because instances are compared.
     */
    private static final class Result {

        final Map<String, HolderSet> byRole;

        /** Whether it answers for all users. */
        final boolean isComplete;

        /** The start of the oldest read behind the selection of roles: users hold no other relevant role at this time. */
        final long selectedAt;

        Result(Map<String, HolderSet> byRole, boolean isComplete, long selectedAt) {
            this.byRole = byRole;
            this.isComplete = isComplete;
            this.selectedAt = selectedAt;
        }
    }

    /** A sweep in progress. */
    static final class Walk {

        final Deque<String> scopesToRead = new ArrayDeque<>();
        final Deque<String> rolesToRead = new ArrayDeque<>();
        final Map<String, HolderSet> next = new HashMap<>();

        /** Users whose standing has to be read alone, as far as pages have not shown them as active. */
        final Set<String> unclear;

        @Nullable
        Pass<Boolean> pass;

        boolean isListRead;
        long listReadAt;

        /** The start of the oldest read behind the selection of roles: users hold no other relevant role at this time. */
        long selectedAt;

        boolean isPlanned;

        /** Whether no list of holders changed while it was read, and none is doubted. */
        boolean isSteady = true;

        /** Whether the holders of a relevant role are unknown. */
        boolean lacksRole;

        Walk(Set<String> unclear) {
            this.unclear = new HashSet<>(unclear);
        }
    }

    Walk walk() {
        Walk current = walk;
        if (current == null) {
            current = new Walk(unclear);
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
        finished.unclear.removeIf(user -> finished.next.values().stream().noneMatch(set -> set.holds(user)));
        unclear = Set.copyOf(finished.unclear);
        unsteadySweeps = finished.isSteady ? 0 : unsteadySweeps + 1;
        long size = finished.next.values().stream()
                .mapToLong(set -> set.ids().size())
                .sum();
        last = size <= MAX_HOLDERS
                ? new Result(Map.copyOf(finished.next), !finished.lacksRole, finished.selectedAt)
                : new Result(Map.of(), false, finished.selectedAt);
        waiting.clear();
    }

    /** A different instance after each complete sweep. */
    public Object lastSweep() {
        return last;
    }

    /** The end of the last complete sweep. */
    long finishedAt() {
        return finishedAt;
    }

    /** The start of the read of the list of roles that the last complete sweep used. */
    long listReadAt() {
        return listReadAt;
    }

    /**
     * Whether the standing of a holder has to be read alone: a page showed the user as suspended, or only the list of roles named
     * the user, which does not show the standing.
     */
    public boolean isStandingUnclear(String user) {
        return unclear.contains(user);
    }

    public Map<String, HolderSet> byRole() {
        return last.byRole;
    }

    /**
     * Whether sweeps cannot prove that a user holds no role, because holders change so often, or because an answer is doubted. A
     * user for whom a request waits is then read alone.
     */
    public boolean isUnsteady() {
        return unsteadySweeps >= TRIES;
    }

    /** Whether it is too early for another sweep in the background. */
    public boolean isPaused(long now) {
        return unsteadySweeps > 0 && now - finishedAt < PAUSE;
    }

    /**
     * Counts a user whose global roles are relevant in a period.
     *
     * @param wanted names of roles that are always read, even if they grant nothing
     */
    public void countUse(String user, Audience audience, Set<String> wanted, byte now) {
        period.begin(now);
        if (usersNow.size() < MAX_USERS) {
            usersNow.add(user);
        }
        audiences.add(audience);
        names.addAll(wanted);
    }

    /** Registers a request that waits for the global roles of a user. */
    public void addWaiting(String user) {
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
        int demand = Math.max(Math.max(usersNow.size(), period.before()), waiting.size());
        return demand > calls(roles, pageSize);
    }

    /**
     * Whether a user whose change was reported is read alone. A sweep may have read the list of the user's role before the change.
     */
    public synchronized boolean isReadAlone(String user, RoleSet roles, int pageSize, long now) {
        int sweep = calls(roles, pageSize);
        return sweep > FEW_CALLS && reported.count(user, sweep, now) <= sweep;
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
     * The result of the last complete sweep for a user; {@code null} without a sweep, or if it left out a relevant or wanted role.
     */
    public @Nullable SubjectFact view(String user, Set<String> wanted, RoleSet roles, FactStore store) {
        Result result = last;
        return result.isComplete && contains(wanted, roles, result.byRole.keySet()) ? view(user, result, store) : null;
    }

    /** The relevant roles that a user was last seen to hold. Others may be missing; {@code null} without a sweep. */
    @Nullable
    SubjectFact lastSeen(String user, FactStore store) {
        return view(user, last, store);
    }

    private static @Nullable SubjectFact view(String user, Result result, FactStore store) {
        Map<String, HolderSet> byRole = result.byRole;
        if (byRole.isEmpty()) {
            return null;
        }
        Set<String> held = Set.of();
        long readAt = result.selectedAt;
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
                // Whether the user was a holder until then is not known any more.
                firstEnd = loss == null ? Math.max(firstEnd, set.changes().forgottenUntil()) : firstEnd;
            }
        }
        Changes changes = gains.isEmpty() && losses.isEmpty() ? Changes.NONE : new Changes(gains, losses);
        return store.view(Holding.ofRoles(held), new ReadTimes(readAt, firstEnd, ReadTimes.NO_LOSSES), changes);
    }

    /**
     * Whether the view of a user may replace a read of the user alone. If the view lacks a role that the read showed, it would take
     * the role away without a confirming read, or although the read contradicts the first of the two passes that lacked the role.
     *
     * @param alone the result of the read
     * @param byRole the view, which is newer
     */
    public boolean explains(SubjectFact alone, SubjectFact byRole, RoleSet roles) {
        for (String role : alone.holding().roles()) {
            Changes.Loss loss = byRole.changes().losses().get(role);
            if (!byRole.holding().roles().contains(role)
                    && !isLeftOut(role, roles)
                    && (loss == null || loss.noticed() < alone.readAt())) {
                return false;
            }
        }
        return true;
    }

    /** The holders of a role that grants nothing are not read. */
    private boolean isLeftOut(String id, RoleSet roles) {
        Role role = roles.table().role(id);
        return role != null && role.areScopesKnown() && !matters(roles, role);
    }

    /**
     * The time at which a sweep first lacked the user as a holder of the last of these roles, a loss that is not believed yet;
     * {@link ReadTimes#NO_LOSSES} if the last sweep contained the user as a holder of one of them.
     */
    long missingSince(String user, Set<String> lost) {
        Map<String, HolderSet> byRole = last.byRole;
        long since = Long.MIN_VALUE;
        for (String role : lost) {
            HolderSet set = byRole.get(role);
            since = Math.max(since, set == null ? ReadTimes.NO_LOSSES : set.missingSince(user));
        }
        return lost.isEmpty() ? ReadTimes.NO_LOSSES : since;
    }

    private static boolean contains(Set<String> wanted, RoleSet roles, Set<String> read) {
        if (wanted.isEmpty()) {
            return true;
        }
        for (Map.Entry<String, Role> entry : roles.table().roles().entrySet()) {
            Role role = entry.getValue();
            if (role.isNamed(wanted) && roles.isHeld(role) && !read.contains(entry.getKey())) {
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
