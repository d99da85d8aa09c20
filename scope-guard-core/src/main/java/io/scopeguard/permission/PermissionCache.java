package io.scopeguard.permission;

import io.scopeguard.permission.ChangeMarks.Hit;
import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.token.Subject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Live permissions, remembered: what each holder holds, and apart from that what roles mean, which all share. What is fresh
 * enough is answered without I/O or locks, and read again ahead of its age; where somebody has to wait, one read serves all,
 * boundedly. What shrinks rights is confirmed before it is believed. Thread-safe; close it to stop its threads.
 */
public final class PermissionCache implements AutoCloseable {

    private static final List<RoleKind> OF_ORGANIZATIONS = List.of(RoleKind.ORGANIZATION);
    private static final List<RoleKind> ALL = List.of(RoleKind.values());

    private final Clock clock;
    private final Duration maxWait;
    private final Definitions definitions;
    private final Readings readings;
    private final ChangeMarks marks;
    private final Reads reads;

    /**
     * @param source where permissions are read
     * @param clock by which reads are dated
     * @param maxWait how long a caller waits for a read
     * @param maxEntries how many holders are remembered; those with long ids count for several
     * @param idle after which time without use a holder is forgotten
     */
    public PermissionCache(PermissionSource source, Clock clock, Duration maxWait, long maxEntries, Duration idle) {
        this(source, clock, maxWait, maxEntries, idle, ReaderThreads::new);
    }

    PermissionCache(
            PermissionSource source,
            Clock clock,
            Duration maxWait,
            long maxEntries,
            Duration idle,
            Function<Consumer<Read>, Readers> readers) {
        Stamps stamps = new Stamps();
        this.clock = clock;
        this.maxWait = maxWait;
        this.definitions = new Definitions(source, clock, stamps);
        this.readings = new Readings(maxEntries, idle);
        this.marks = new ChangeMarks(stamps, clock, idle);
        this.reads = new Reader(source, definitions, readings, clock, stamps, readers).reads();
    }

    /**
     * The permissions of a key, as fresh as asked for.
     *
     * @param held what the asking token carries: where nothing was read before, a first reading that lacks some of it is
     *     confirmed
     * @throws PermissionsUnavailableException if there is no reading within the bound, and none could be had in time
     */
    public LivePermissions get(PermissionKey key, Freshness freshness, Scopes held) {
        Limits limits = Limits.of(freshness, clock.instant());
        LivePermissions fresh = fresh(key, limits, held);
        return fresh != null ? fresh : renewed(key, limits, held);
    }

    /**
     * What was seen last, however old it is, or {@code null} if nothing was. It is no answer to what holds now; but what it
     * lacks was revoked when it was read, and stays so for tokens issued before, until another reading tells otherwise.
     *
     * @param held what the asking token carries: of this, nothing is lacking that was neither confirmed to be nor seen to go
     */
    public @Nullable LivePermissions lastSeen(PermissionKey key, Scopes held) {
        Definitions.View view = definitions.view();
        Reading seen = isDefined(key.audience(), view) ? lastRead(key, view) : null;
        if (seen == null) {
            return null;
        }
        LivePermissions live = seen.live(key.audience(), view);
        Scopes unconfirmed = isSure(seen, key.audience(), view) ? Scopes.none() : live.unexplained(held);
        return live.sparing(unconfirmed.or(untold(key, view, seen, held)));
    }

    /** Makes due what a change may have overtaken. Until it is read again, it is still the last that is known. */
    public void apply(PermissionChange change) {
        marks.add(change);
    }

    /** How many reads of this urgency wait for their turn. Looks at each: for a metric, not for every request. */
    public int waiting(Urgency urgency) {
        return reads.waiting(urgency);
    }

    @Override
    public void close() {
        reads.close();
    }

    private @Nullable LivePermissions fresh(PermissionKey key, Limits limits, Scopes held) {
        Definitions.View view = definitions.view();
        for (RoleKind kind : kinds(key.audience())) {
            if (state(kind, view, limits) != State.FRESH) {
                return null;
            }
        }
        Holder holder = holderOf(key, view);
        Reading reading = readings.find(holder);
        if (reading == null || state(holder, reading, limits) != State.FRESH) {
            return null;
        }
        readings.use(holder, reading);
        return isEnough(reading, key.audience(), view, held) ? live(key, reading, view) : null;
    }

    private @Nullable Reading lastRead(PermissionKey key, Definitions.View view) {
        Reading known = lastRead(holderOf(key, view));
        Reading inactive = readings.inactive(key.subject());
        return known == null ? inactive : later(known, inactive);
    }

    /** With or without global roles: which of the two is wanted changes with what those mean. */
    private @Nullable Reading lastRead(Holder holder) {
        Reading known = readings.find(holder);
        Holder counterpart = holder.counterpart();
        return known == null && counterpart != null ? readings.find(counterpart) : known;
    }

    /** What may come by a global role, if the reading told of none: not even what it saw go is certainly gone then. */
    private Scopes untold(PermissionKey key, Definitions.View view, Reading seen, Scopes held) {
        Holder holder = holderOf(key, view);
        boolean tellsAll = seen.tellsAllAbout(holder) || readings.find(holder) != null;
        return tellsAll ? Scopes.none() : held.and(view.globalRoles().value().scopes(key.audience()));
    }

    private LivePermissions renewed(PermissionKey key, Limits limits, Scopes held) {
        long deadline = reads.nanoTime() + maxWait.toNanos();
        renewDefinitions(key.audience(), false, limits, deadline);
        Holder holder = holderOf(key, definitions.view());
        Reading reading = renew(holder, limits, deadline);
        readings.use(holder, reading);
        // Not before: what is read ahead for this request must not keep it from being fresh.
        renewDefinitions(key.audience(), true, limits, deadline);
        complete(reading, key.audience(), deadline);
        if (!isEnough(reading, key.audience(), definitions.view(), held)) {
            confirmDefinitions(key.audience(), deadline);
            reading = confirmed(holder, holderOf(key, definitions.view()), reading, deadline);
            complete(reading, key.audience(), deadline);
        }
        return withinBound(live(key, reading, definitions.view()), limits);
    }

    /** Who was meanwhile seen suspended or deleted in another organization is so here too. */
    private LivePermissions live(PermissionKey key, Reading reading, Definitions.View view) {
        return later(reading, readings.inactive(key.subject())).live(key.audience(), view);
    }

    private static Reading later(Reading reading, @Nullable Reading other) {
        return other != null && other.stamp() > reading.stamp() ? other : reading;
    }

    private void renewDefinitions(Audience audience, boolean ahead, Limits limits, long deadline) {
        for (RoleKind kind : kinds(audience)) {
            State state = state(kind, definitions.view(), limits);
            if ((state == State.AGING) == ahead) {
                renew(kind, state, limits, deadline);
            }
        }
    }

    private void renew(RoleKind kind, State state, Limits limits, long deadline) {
        Definitions.Snapshot last = definitions.view().of(kind);
        long overtaken = marks.hasOvertakenDefinitions(last.stamp()) ? marks.latest() : last.stamp();
        Need need = new Need(limits.due, overtaken, false, limits.isOwn());
        renew(kind, state, need, last.asOf(), deadline);
    }

    private Reading renew(Holder holder, Limits limits, long deadline) {
        Reading known = readings.find(holder);
        State state = known == null ? State.USELESS : state(holder, known, limits);
        Reading read = renew(holder, state, need(holder, known, limits), asOf(known), deadline);
        if (read != null) {
            return read;
        }
        if (known == null) {
            throw new IllegalStateException("a read of a holder brings a reading");
        }
        return known;
    }

    private Need need(Holder holder, @Nullable Reading known, Limits limits) {
        long stamp = known == null ? 0 : known.stamp();
        long after = marks.hit(holder, stamp) == Hit.NONE ? stamp : marks.latest();
        return new Need(limits.due, after, false, limits.isOwn());
    }

    /** Has something read again, as far as its state wants it: what that brought, or {@code null} where the known will do. */
    private @Nullable Reading renew(Object target, State state, Need need, long knownAsOf, long deadline) {
        if (state == State.FRESH) {
            return null;
        }
        if (state == State.AGING || (state == State.DUE && !reads.couldBegin(target))) {
            reads.ahead(target, Need.newerThan(need.after()), knownAsOf);
            return null;
        }
        if (state == State.USELESS && !need.own() && target instanceof Holder holder) {
            readings.miss(holder);
        }
        try {
            return reads.await(target, need, knownAsOf, deadline);
        } catch (PermissionsUnavailableException e) {
            if (state == State.USELESS) {
                throw e;
            }
            return null;
        }
    }

    /** A role that is not defined was made since the definitions were read, or is gone meanwhile: newer ones tell. */
    private void complete(Reading reading, Audience audience, long deadline) {
        for (RoleKind kind : kinds(audience)) {
            Definitions.View view = definitions.view();
            if (lacksDefinitions(reading, audience, view) && view.of(kind).stamp() < reading.stamp()) {
                reads.await(kind, Need.newerThan(reading.stamp()), view.of(kind).asOf(), deadline);
            }
        }
    }

    /** Where they were read once only, what a token lacks may be what that answer lacked. */
    private void confirmDefinitions(Audience audience, long deadline) {
        for (RoleKind kind : kinds(audience)) {
            Definitions.Snapshot last = definitions.view().of(kind);
            if (!last.confirmed()) {
                reads.await(kind, Need.newerThan(last.stamp()), last.asOf(), deadline);
            }
        }
    }

    private Reading confirmed(Holder read, Holder holder, Reading reading, long deadline) {
        if (reading.isConfirmed() && read.equals(holder)) {
            return reading;
        }
        Reading confirmed = reads.await(holder, Need.confirming(reading.stamp()), reading.asOf(), deadline);
        return confirmed == null ? reading : confirmed;
    }

    /** Whether the reading may be held against the token: what the token has beyond it was looked for twice, or seen to go. */
    private static boolean isEnough(Reading reading, Audience audience, Definitions.View view, Scopes held) {
        return isSure(reading, audience, view)
                || (!lacksDefinitions(reading, audience, view)
                        && (reading.meaning(audience, view).coversAll(held)
                                || reading.live(audience, view)
                                        .unexplained(held)
                                        .isEmpty()));
    }

    private static boolean isSure(Reading reading, Audience audience, Definitions.View view) {
        return reading.isConfirmed()
                && (reading.hasNoStanding()
                        || (areConfirmed(audience, view) && !lacksDefinitions(reading, audience, view)));
    }

    private static boolean areConfirmed(Audience audience, Definitions.View view) {
        return view.organizationRoles().confirmed()
                && (audience.isOrganization() || view.globalRoles().confirmed());
    }

    private static boolean lacksDefinitions(Reading reading, Audience audience, Definitions.View view) {
        return !reading.meaning(audience, view).complete()
                && kinds(audience).stream().anyMatch(kind -> view.of(kind).stamp() < reading.stamp());
    }

    private State state(RoleKind kind, Definitions.View view, Limits limits) {
        Definitions.Snapshot last = view.of(kind);
        return limits.state(
                kind.name().hashCode(),
                last.asOf(),
                marks.hasOvertakenDefinitions(last.stamp()) ? Hit.EXACT : Hit.NONE);
    }

    private State state(Holder holder, Reading reading, Limits limits) {
        return limits.state(holder.id().hashCode(), reading.asOf(), marks.hit(holder, reading.stamp()));
    }

    private static Holder holderOf(PermissionKey key, Definitions.View view) {
        boolean user = key.subject().type() == Subject.Type.USER;
        return Holder.of(key, user && view.globalRoles().audiences().contains(key.audience()));
    }

    private static List<RoleKind> kinds(Audience audience) {
        return audience.isOrganization() ? OF_ORGANIZATIONS : ALL;
    }

    private static boolean isDefined(Audience audience, Definitions.View view) {
        return view.asOf(audience) != Long.MIN_VALUE;
    }

    private static long asOf(@Nullable Reading known) {
        return known == null ? Long.MIN_VALUE : known.asOf();
    }

    private static LivePermissions withinBound(LivePermissions live, Limits limits) {
        if (EpochNanos.of(live.asOf()) < limits.bound) {
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "No reading is as fresh as asked for.");
        }
        return live;
    }

    /** How something that was read suits a request. */
    private enum State {
        FRESH,
        /** Fresh, but not for long. */
        AGING,
        /** Due, and still an answer. */
        DUE,
        /** A change is known to concern it; an answer only if another cannot be had. */
        OVERTAKEN,
        USELESS
    }

    /** What ages a request takes, in nanoseconds since 1970. */
    private record Limits(long now, long due, long bound) {

        /** Reads begin when this part of the allowed age is left, sooner or later by a fifth of that. */
        private static final int AHEAD = 4;

        private static final int SPREAD = 5;

        static Limits of(Freshness freshness, Instant now) {
            return new Limits(EpochNanos.of(now), EpochNanos.of(freshness.due()), EpochNanos.of(freshness.bound()));
        }

        /** Whether the request asks for a read of its own: nothing that was read before it will do. */
        boolean isOwn() {
            return due == bound && due > now - Duration.ofSeconds(1).toNanos();
        }

        State state(int seed, long asOf, Hit hit) {
            if (asOf < bound) {
                return State.USELESS;
            }
            if (hit == Hit.EXACT) {
                return State.OVERTAKEN;
            }
            if (asOf < due || hit == Hit.AMONG_MANY) {
                return State.DUE;
            }
            return asOf < ahead(seed) ? State.AGING : State.FRESH;
        }

        /** Not the same for all, so that what was read together is not due together. */
        private long ahead(int seed) {
            long left = Math.max(now - due, 0) / AHEAD;
            long spread = left / SPREAD;
            return due + left + (spread == 0 ? 0 : Math.floorMod(seed * 0x9E3779B9L, 2 * spread) - spread);
        }
    }
}
