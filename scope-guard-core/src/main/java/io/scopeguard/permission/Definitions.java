package io.scopeguard.permission;

import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Audience;
import java.time.Clock;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What roles mean, as last read: the same for all holders. Thread-safe; who comes while it is read waits for that read, which
 * is bounded in time.
 */
final class Definitions {

    private static final Logger log = LoggerFactory.getLogger(Definitions.class);

    private final PermissionSource source;
    private final Clock clock;
    private final Stamps stamps;
    private final Doubts<RoleKind> doubts = new Doubts<>();
    private volatile View view = new View(Snapshot.NONE, Snapshot.NONE, 0);

    Definitions(PermissionSource source, Clock clock, Stamps stamps) {
        this.source = source;
        this.clock = clock;
        this.stamps = stamps;
    }

    View view() {
        return view;
    }

    /**
     * Makes sure of a reading as it is needed. What shrinks rights is read twice; what takes all roles away, again a minute
     * later.
     */
    synchronized void read(RoleKind kind, Need need, Urgency urgency) {
        Snapshot last = view.of(kind);
        if (need.isMetBy(last.asOf, last.stamp)) {
            return;
        }
        Snapshot read = fetch(kind, urgency);
        if (read.value.shrinks(last.value)) {
            read = fetch(kind, urgency);
        }
        if (read.value.isStrangeTo(last.value)) {
            doubt(kind, read.asOf);
        }
        doubts.remove(kind);
        view = view.with(kind, read);
    }

    private void doubt(RoleKind kind, long now) {
        if (!doubts.isSecondPass(kind, now)) {
            if (doubts.add(kind, now)) {
                log.warn("None of the roles known before is defined any more: not believed before a second pass");
            }
            throw new PermissionsUnavailableException(Reason.IMPLAUSIBLE, "All roles are gone at once.");
        }
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
