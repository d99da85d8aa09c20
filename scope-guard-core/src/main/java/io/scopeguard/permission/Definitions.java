package io.scopeguard.permission;

import io.scopeguard.scope.Audience;
import java.time.Clock;
import java.util.Set;

/**
 * What roles mean, as last read: the same for all holders. Thread-safe; who comes while it is read waits for that read, which
 * is bounded in time.
 */
final class Definitions {

    private final PermissionSource source;
    private final Clock clock;
    private final Stamps stamps;
    private volatile View view = new View(Snapshot.NONE, Snapshot.NONE, 0);

    Definitions(PermissionSource source, Clock clock, Stamps stamps) {
        this.source = source;
        this.clock = clock;
        this.stamps = stamps;
    }

    View view() {
        return view;
    }

    /** Makes sure of a reading as it is needed. What shrinks rights is read twice. */
    synchronized void read(RoleKind kind, Need need, Urgency urgency) {
        Snapshot last = view.of(kind);
        if (need.isMetBy(last.asOf, last.stamp)) {
            return;
        }
        Snapshot read = fetch(kind, urgency);
        if (read.value.shrinks(last.value)) {
            read = fetch(kind, urgency);
        }
        view = view.with(kind, read);
    }

    private Snapshot fetch(RoleKind kind, Urgency urgency) {
        long stamp = stamps.next();
        long start = EpochNanos.of(clock.instant());
        return Snapshot.of(source.definitions(kind, urgency), start, stamp);
    }

    /**
     * All definitions at one moment.
     *
     * @param version counts changes of what roles mean
     */
    record View(Snapshot organizationRoles, Snapshot globalRoles, long version) {

        /** When the oldest of the reads began that tell about scopes of the audience. */
        long asOf(Audience audience) {
            return audience.isOrganization()
                    ? organizationRoles.asOf
                    : Math.min(organizationRoles.asOf, globalRoles.asOf);
        }

        Snapshot of(RoleKind kind) {
            return kind == RoleKind.ORGANIZATION ? organizationRoles : globalRoles;
        }

        View with(RoleKind kind, Snapshot read) {
            Snapshot last = of(kind);
            boolean same = read.value.equals(last.value);
            Snapshot known = same ? last : read;
            Snapshot next =
                    new Snapshot(known.value, known.audiences, read.asOf, read.stamp, !last.equals(Snapshot.NONE));
            long nextVersion = same ? version : version + 1;
            return kind == RoleKind.ORGANIZATION
                    ? new View(next, globalRoles, nextVersion)
                    : new View(organizationRoles, next, nextVersion);
        }
    }

    /**
     * What roles of one kind mean, and how old that is.
     *
     * @param audiences of which any role has a scope
     * @param confirmed whether it was read more than once: the first answer has nothing to be held against
     */
    record Snapshot(RoleDefinitions value, Set<Audience> audiences, long asOf, long stamp, boolean confirmed) {

        static final Snapshot NONE = new Snapshot(RoleDefinitions.NONE, Set.of(), Long.MIN_VALUE, 0, false);

        static Snapshot of(RoleDefinitions value, long asOf, long stamp) {
            return new Snapshot(value, value.audiences(), asOf, stamp, false);
        }
    }
}
