package io.scopeguard.permission;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which readings a reported change has overtaken: those that began before it was heard of. Bounded: what is too much to
 * remember overtakes everything. Thread-safe.
 */
final class ChangeMarks {

    /** How exactly a reading is known to be overtaken. */
    enum Hit {
        NONE,
        /** With many others, most of which are as they were. */
        AMONG_MANY,
        EXACT
    }

    private static final int MAX_MARKS = 10_000;

    private final Stamps stamps;
    private final Clock clock;
    private final Duration memory;

    /** By what changed: a subject, a member, or the id of an organization. */
    private final Map<Object, Mark> marks = new ConcurrentHashMap<>();

    private volatile long latest;
    private volatile long everything;
    private volatile long roles;

    /**
     * @param memory after which time no reading from before a change is an answer anyway
     */
    ChangeMarks(Stamps stamps, Clock clock, Duration memory) {
        this.stamps = stamps;
        this.clock = clock;
        this.memory = memory;
    }

    synchronized void add(PermissionChange change) {
        if (change instanceof PermissionChange.OfRoles) {
            roles = stamps.next();
        } else if (change instanceof PermissionChange.OfEverything) {
            roles = stamps.next();
            markEverything();
        } else {
            mark(subjectOf(change));
        }
    }

    /** What begins after this was given out has seen all changes so far. */
    long latest() {
        return Math.max(latest, roles);
    }

    boolean hasOvertakenDefinitions(long stamp) {
        return stamp < roles;
    }

    Hit hit(Holder holder, long stamp) {
        if (stamp >= latest) {
            return Hit.NONE;
        }
        if (isOvertaken(stamp, holder.subject()) || isOvertaken(stamp, membership(holder))) {
            return Hit.EXACT;
        }
        return stamp < everything || isOvertaken(stamp, holder.organization()) ? Hit.AMONG_MANY : Hit.NONE;
    }

    private static Object subjectOf(PermissionChange change) {
        if (change instanceof PermissionChange.OfSubject of) {
            return of.subject();
        }
        return change instanceof PermissionChange.OfOrganization of ? of.organization() : change;
    }

    private static PermissionChange.@Nullable OfMember membership(Holder holder) {
        return holder.organization() == null
                ? null
                : new PermissionChange.OfMember(holder.subject(), holder.organization());
    }

    private boolean isOvertaken(long stamp, @Nullable Object what) {
        Mark mark = what == null ? null : marks.get(what);
        return mark != null && stamp < mark.stamp;
    }

    private void mark(Object what) {
        makeRoom();
        long stamp = stamps.next();
        marks.put(what, new Mark(stamp, clock.instant()));
        latest = stamp;
    }

    private void makeRoom() {
        if (marks.size() >= MAX_MARKS) {
            Instant forgotten = clock.instant().minus(memory);
            marks.values().removeIf(mark -> mark.at.isBefore(forgotten));
        }
        if (marks.size() >= MAX_MARKS) {
            markEverything();
            marks.clear();
        }
    }

    private void markEverything() {
        long stamp = stamps.next();
        everything = stamp;
        latest = stamp;
    }

    private record Mark(long stamp, Instant at) {}
}
