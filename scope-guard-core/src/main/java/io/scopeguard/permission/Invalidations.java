package io.scopeguard.permission;

import io.scopeguard.permission.FactKey.MembershipKey;
import io.scopeguard.permission.FactKey.SubjectKey;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The facts that a reported change invalidates: those whose read began before the report. Bounded; if there are too many reports to
 * remember, everything is invalidated. Thread-safe.
 */
final class Invalidations {

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
     * @param memory after which time facts from before a change are no answer anyway
     * @param delay how long after a change the provider may still answer with the old state. When it has passed, facts from the
     *     meantime are wrong as well.
     */
    Invalidations(Sequence sequence, Duration memory, Duration delay) {
        this.sequence = sequence;
        this.memory = memory.toNanos();
        this.delay = delay.toNanos();
    }

    synchronized void add(PermissionChange change) {
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

    /** When the last change of any kind was reported. */
    long latest() {
        return effective(Math.max(latest, roles));
    }

    /** When definitions were last reported to have changed. */
    long ofRoles() {
        return effective(roles);
    }

    /** When the last change arrived that names the subject or its membership, or the smallest number. */
    long certain(SubjectKey key, long readAt) {
        if (readAt >= effective(latest)) {
            return Long.MIN_VALUE;
        }
        long mark = at(key.subject());
        return key instanceof MembershipKey member
                ? Math.max(mark, at(new PermissionChange.OfMember(member.subject(), member.organization())))
                : mark;
    }

    /** When the last change arrived that may concern the subject among many others, or the smallest number. */
    long possible(SubjectKey key, long readAt) {
        if (readAt >= effective(latest)) {
            return Long.MIN_VALUE;
        }
        long all = effective(everything);
        return key instanceof MembershipKey member ? Math.max(all, at(member.organization())) : all;
    }

    private long at(Object what) {
        return effective(marks.getOrDefault(what, Long.MIN_VALUE));
    }

    /** A report counts when it arrives, and again when every answer shows the change. */
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
