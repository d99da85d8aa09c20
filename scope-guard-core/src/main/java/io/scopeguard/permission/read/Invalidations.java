package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import io.scopeguard.time.Sequence;
import java.time.Duration;
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

    /** The time of the last report, by its target: a subject, a membership, or the id of an organization. */
    private final Map<Object, Long> marks = new ConcurrentHashMap<>();

    private volatile long latest = Long.MIN_VALUE;
    private volatile long everything = Long.MIN_VALUE;
    private volatile long roles = Long.MIN_VALUE;

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
            roles = sequence.next();
        } else if (change instanceof PermissionChange.OfEverything) {
            roles = sequence.next();
            everything = sequence.next();
            latest = everything;
        } else {
            mark(markOf(change));
        }
    }

    /** The time of the last report of any kind. */
    public long latest() {
        return effective(Math.max(latest, roles));
    }

    /** The time of the last report of changed definitions. */
    public long ofRoles() {
        return effective(roles);
    }

    /** The time of the last report that names the subject or its membership, or the smallest number. */
    public long certain(SubjectKey key, long readAt) {
        if (readAt >= effective(latest)) {
            return Long.MIN_VALUE;
        }
        long mark = at(key.subject());
        return key instanceof MembershipKey member
                ? Math.max(mark, at(new PermissionChange.OfMember(member.subject(), member.organization())))
                : mark;
    }

    /** The time of the last report that may concern the subject among many others, or the smallest number. */
    public long possible(SubjectKey key, long readAt) {
        if (readAt >= effective(latest)) {
            return Long.MIN_VALUE;
        }
        long all = effective(everything);
        return key instanceof MembershipKey member ? Math.max(all, at(member.organization())) : all;
    }

    private long at(Object what) {
        return effective(marks.getOrDefault(what, Long.MIN_VALUE));
    }

    /** A report counts when it arrives, and again once every answer shows the change. */
    private long effective(long mark) {
        return delay != 0 && mark != Long.MIN_VALUE && sequence.now() - mark >= delay ? mark + delay : mark;
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
            marks.values().removeIf(at -> at < now - memory);
        }
        if (marks.size() >= MAX_MARKS) {
            marks.clear();
            everything = now;
        }
        marks.put(what, now);
        latest = now;
    }
}
