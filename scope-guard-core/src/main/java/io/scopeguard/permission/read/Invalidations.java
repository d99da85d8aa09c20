package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The reported changes. A report invalidates the affected facts whose read began before the report. Bounded: if there are too many
 * reports, everything is invalidated. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class Invalidations {

    private static final int MAX_MARKS = 10_000;

    private final Sequence sequence;
    private final long memory;
    private final long delay;

    /** The reports by their target: a subject, a membership, or the id of an organization. */
    private final Map<Object, Reports> marks = new ConcurrentHashMap<>();

    /** The time of the last report, except those of changed definitions. */
    private volatile long latest = Long.MIN_VALUE;

    private volatile Reports everything = Reports.NONE;
    private volatile Reports roles = Reports.NONE;

    /**
     * @param memory the time after a change when facts from before the change are too old to be used
     * @param delay how long after a change the provider may still answer with the old state. When it has passed, facts that were
     *     read in the meantime are invalidated as well.
     */
    public Invalidations(Sequence sequence, Duration memory, Duration delay) {
        this.sequence = sequence;
        this.memory = memory.toNanos();
        this.delay = delay.toNanos();
    }

    public synchronized void add(PermissionChange change) {
        if (change instanceof PermissionChange.OfRoles) {
            roles = roles.with(sequence.next(), delay);
        } else if (change instanceof PermissionChange.OfEverything) {
            roles = roles.with(sequence.next(), delay);
            long now = sequence.next();
            everything = everything.with(now, delay);
            latest = now;
        } else {
            mark(markOf(change));
        }
    }

    /** The time from which on reads are certainly not affected by any report. */
    public long latest() {
        return Math.max(latest, roles.last()) + delay;
    }

    /** The time of the last report of changed definitions. */
    public long ofRoles() {
        return effective(roles);
    }

    /** The time of the last report that names the subject or its membership, or the smallest number. */
    public long certain(SubjectKey key, long readAt) {
        if (readAt >= latest + delay) {
            return Long.MIN_VALUE;
        }
        long mark = at(key.subject());
        return key instanceof MembershipKey member
                ? Math.max(mark, at(new PermissionChange.OfMember(member.subject(), member.organization())))
                : mark;
    }

    /** The time of the last report that may concern the subject among many others, or the smallest number. */
    public long possible(SubjectKey key, long readAt) {
        if (readAt >= latest + delay) {
            return Long.MIN_VALUE;
        }
        long all = effective(everything);
        return key instanceof MembershipKey member ? Math.max(all, at(member.organization())) : all;
    }

    private long at(Object what) {
        return effective(marks.getOrDefault(what, Reports.NONE));
    }

    private long effective(Reports reports) {
        return delay == 0 ? reports.last() : reports.effective(sequence.now(), delay);
    }

    private static Object markOf(PermissionChange change) {
        if (change instanceof PermissionChange.OfSubject of) {
            Subject subject = of.subject();
            return subject;
        }
        return change instanceof PermissionChange.OfOrganization of ? of.organization() : change;
    }

    private void mark(Object what) {
        long now = sequence.next();
        if (marks.size() >= MAX_MARKS) {
            marks.values().removeIf(reports -> reports.last() < now - memory);
        }
        if (marks.size() >= MAX_MARKS) {
            // In this order, a request finds one or the other.
            everything = everything.with(now, delay);
            marks.clear();
        }
        marks.merge(what, Reports.NONE.with(now, delay), (known, first) -> known.with(now, delay));
        latest = now;
    }

    /**
     * The reports about one target: the last one, and those that count once more when the provider's delay has passed. Bounded.
     *
     * @param times in ascending order
     */
    private record Reports(List<Long> times) {

        static final Reports NONE = new Reports(List.of());

        /** Of reports within this part of the delay, only the last one counts once more. */
        private static final int PARTS = 10;

        Reports with(long now, long delay) {
            List<Long> next = new ArrayList<>();
            for (int i = 0; i < times.size(); i++) {
                long time = times.get(i);
                long following = i + 1 < times.size() ? times.get(i + 1) : now;
                // From now on, the new report covers those whose delay has passed.
                if (now - time < delay && !isSamePart(time, following, delay)) {
                    next.add(time);
                }
            }
            next.add(now);
            return new Reports(List.copyOf(next));
        }

        private static boolean isSamePart(long time, long following, long delay) {
            long part = Math.max(delay / PARTS, 1);
            return time / part == following / part;
        }

        long last() {
            return times.isEmpty() ? Long.MIN_VALUE : times.get(times.size() - 1);
        }

        /** A report counts when it arrives, and again once every answer shows the change. */
        long effective(long now, long delay) {
            long effective = last();
            for (long time : times) {
                effective = now - time >= delay ? Math.max(effective, time + delay) : effective;
            }
            return effective;
        }
    }
}
