package io.scopeguard.permission;

import io.scopeguard.permission.FactKey.MembershipKey;
import io.scopeguard.permission.FactKey.SubjectKey;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.token.Subject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which facts a reported change may have made wrong: those whose read began before the report. Bounded; what is too much to
 * remember invalidates everything. Thread-safe.
 */
final class Invalidations {

    private static final int MAX_MARKS = 10_000;

    private final Sequence sequence;
    private final long memory;

    /** When the last report arrived, by what it names: a subject, a membership, or the id of an organization. */
    private final Map<Object, Long> marks = new ConcurrentHashMap<>();

    private volatile long latest = Long.MIN_VALUE;
    private volatile long everything = Long.MIN_VALUE;
    private volatile long roles = Long.MIN_VALUE;

    /**
     * @param memory after which time facts from before a change are no answer anyway
     */
    Invalidations(Sequence sequence, Duration memory) {
        this.sequence = sequence;
        this.memory = memory.toNanos();
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
        return Math.max(latest, roles);
    }

    /** When definitions were last reported to have changed. */
    long ofRoles() {
        return roles;
    }

    /** When the last change arrived that names the subject or its membership, or the smallest number. */
    long certain(SubjectKey key, long readAt) {
        if (readAt >= latest) {
            return Long.MIN_VALUE;
        }
        long mark = at(key.subject());
        return key instanceof MembershipKey member
                ? Math.max(mark, at(new PermissionChange.OfMember(member.subject(), member.organization())))
                : mark;
    }

    /** When the last change arrived that may concern the subject among many others, or the smallest number. */
    long possible(SubjectKey key, long readAt) {
        if (readAt >= latest) {
            return Long.MIN_VALUE;
        }
        return key instanceof MembershipKey member ? Math.max(everything, at(member.organization())) : everything;
    }

    private long at(Object what) {
        return marks.getOrDefault(what, Long.MIN_VALUE);
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
