package io.scopeguard.permission;

import io.scopeguard.permission.Part.State;
import io.scopeguard.permission.fact.FactKey;
import io.scopeguard.permission.fact.FactKey.GrantsKey;
import io.scopeguard.permission.fact.FactKey.HoldersKey;
import io.scopeguard.permission.fact.FactKey.MembersKey;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactKey.RolesKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.flight.BackgroundQueue;
import io.scopeguard.permission.flight.SingleFlight;
import io.scopeguard.permission.read.HolderSweep;
import io.scopeguard.permission.read.LossJudge;
import io.scopeguard.permission.read.MemberSweep;
import io.scopeguard.permission.read.MemberSweep.Seen;
import io.scopeguard.permission.read.ReadingWay;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.Sequence;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Decides which parts of a picture have to be read, and by which flight. Thread-safe. */
final class Demands {

    /** A list of at most this many pages is short: because it serves all users, it is read first, and requests wait for it. */
    private static final int SHORT = 2;

    /**
     * A single request waits for the definitions and its own facts. If more flights have waiting callers, there are several
     * requests.
     */
    private static final int CROWD = 2;

    private final PermissionSource source;
    private final ProviderTraits traits;
    private final FactStore store;
    private final Sweeps sweeps;
    private final Parts parts;
    private final LossJudge judge;
    private final SingleFlight<FactKey> flights;
    private final Sequence sequence;

    Demands(
            PermissionSource source,
            FactStore store,
            Sweeps sweeps,
            Parts parts,
            LossJudge judge,
            SingleFlight<FactKey> flights,
            Sequence sequence) {
        this.source = source;
        this.traits = source.traits();
        this.store = store;
        this.sweeps = sweeps;
        this.parts = parts;
        this.judge = judge;
        this.flights = flights;
        this.sequence = sequence;
    }

    /** Receives a part that has to be read later than a given time. */
    interface Demand {

        void read(Part part, long after);
    }

    /** Reports the facts that a request has to wait for. */
    void urgent(Picture picture, Freshness wanted, Scopes held, Demand demand) {
        if (picture.needsGlobalList() && !picture.globalRoles().isRead()) {
            sweeps.holders().addWaiting(picture.key().subject().id());
        }
        long noticed = lookedForAfter(picture, held);
        List<Part> ordered = parts.of(picture, wanted.isIndividual());
        // Parts that other requests also wait for go first.
        ordered.sort(Comparator.comparing(part -> part.key() instanceof SubjectKey));
        for (Part part : ordered) {
            long after = part.demandedAfter(wanted);
            boolean isOld = part.state(wanted).compareTo(State.STALE) >= 0;
            boolean isFirstLook = mustFollow(part, noticed);
            if (isOld || isFirstLook) {
                demand.read(part, Math.max(after, isFirstLook ? noticed : Long.MIN_VALUE));
            }
        }
    }

    /**
     * Starts background reads of the facts that a loss waits for, if the picture shows one that does not bind yet.
     *
     * @return whether there are any
     */
    boolean forLoss(Picture picture, Freshness wanted, Scopes held) {
        long noticed = lookedForAfter(picture, held);
        if (noticed == Long.MIN_VALUE) {
            return false;
        }
        boolean isWaiting = false;
        for (Part part : parts.of(picture, wanted.isIndividual())) {
            if (mustFollow(part, noticed)) {
                inBackground(part, Math.max(part.demandedAfter(wanted), noticed));
                isWaiting = true;
            }
        }
        return isWaiting;
    }

    /** Whether a part has to be read after something was noticed, and was not yet. */
    private static boolean mustFollow(Part part, long noticed) {
        return part.readAt() <= noticed && !part.isOptional();
    }

    /**
     * If the picture takes something away from a token, but not certainly yet, all facts have to be read after the returned time.
     */
    private static long lookedForAfter(Picture picture, Scopes held) {
        long pending = picture.pendingLoss(held);
        if (picture.isEnoughFor(held) || picture.readAt() == Long.MIN_VALUE) {
            return pending;
        }
        SubjectFact subject = picture.subject();
        long undefined = picture.lacksDefinitions() && subject != null ? subject.readAt() : Long.MIN_VALUE;
        return Math.max(pending, Math.max(undefined, picture.firstEnd()));
    }

    void inBackground(Part part) {
        inBackground(part, Math.max(part.readAt(), Math.max(part.invalidatedAt(), part.possiblyChangedAt())));
    }

    /** Short lists, on which many facts depend, and facts that were reported to have changed are read before old facts. */
    private long place(Part part) {
        boolean isShortList = part.key() instanceof RolesKey && isShort(part);
        return isShortList || part.isReported()
                ? BackgroundQueue.FIRST
                : Math.max(part.readAt(), BackgroundQueue.FIRST + 1);
    }

    private void inBackground(Part part, long after) {
        var unused = request(part, after, Priority.BACKGROUND);
    }

    /** Starts or joins the cheapest flight that reads the part in time. */
    CompletableFuture<Void> request(Part part, long after, Priority priority) {
        FactKey key = part.key();
        if (key instanceof MembershipKey member && member.type() == Subject.Type.USER) {
            return member(member, part, after, priority);
        }
        if (key instanceof GrantsKey grants && grants.type() == Subject.Type.USER) {
            return grants(grants, part, after, priority);
        }
        long wanted = key instanceof RolesKey list && priority != Priority.INDIVIDUAL
                ? listedAfter(list, part, after)
                : after;
        return flights.request(key, wanted, priority, place(part));
    }

    /**
     * The time after which definitions are read because of a loss. A read in progress, or one that the caller has not seen yet, may
     * show that the lost role itself is gone. Only if it does not, the loss needs another read.
     *
     * @param after when the loss was noticed
     */
    private long listedAfter(RolesKey list, Part part, long after) {
        boolean mayBeKnown = flights.hasBegun(list) || store.roles(list.set()).readAt() > part.readAt();
        return mayBeKnown ? Math.min(after, Math.max(part.readAt(), part.invalidatedAt())) : after;
    }

    /** Whether reading the part takes few calls, and no more than in the background. */
    boolean isShort(Part part) {
        if (part.key() instanceof RolesKey list) {
            return store.roles(list.set()).table().roles().size() <= SHORT * traits.pageSize();
        }
        if (part.key() instanceof GrantsKey) {
            // In that case, waiting requests read each user alone.
            return !sweeps.holders().isUnsteady();
        }
        return !(part.key() instanceof MembershipKey member)
                || sweeps.of(member.organization()).pages() <= SHORT;
    }

    private CompletableFuture<Void> member(MembershipKey key, Part part, long after, Priority priority) {
        if (priority == Priority.INDIVIDUAL) {
            return flights.request(key, after, priority, place(part));
        }
        if (judge.isPending(key, store.peek(key), sequence.now())) {
            return CompletableFuture.failedFuture(LossJudge.pendingLoss());
        }
        MemberSweep sweep = sweeps.of(key.organization());
        if (priority == Priority.BACKGROUND && after <= part.readAt() && sweep.isPaused(sequence.now())) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> found =
                priority == Priority.FOREGROUND ? sweep.addWaiting(key.id(), part.readAt() == Long.MIN_VALUE) : null;
        if (isSeen(sweep, key, after)) {
            return CompletableFuture.completedFuture(null);
        }
        SubjectFact known = store.peek(key);
        if (known != null && known.readAt() > after) {
            // It was read after the request checked it.
            sweep.found(key.id());
            return CompletableFuture.completedFuture(null);
        }
        ReadingWay way = sweep.way(
                key.id(),
                judge.awaitsConfirmation(key) ? null : known,
                traits,
                part.isReported(),
                priority == Priority.FOREGROUND,
                flights.foreground() >= CROWD,
                source.readers(),
                sequence.now());
        if (way == ReadingWay.ALONE) {
            return flights.request(key, after, priority, place(part));
        }
        CompletableFuture<Void> swept = flights.request(
                new MembersKey(key.organization()), sweptAfter(sweep, after), after, priority, place(part));
        // The member may have been found since it was looked for, by a sweep that goes on for long.
        return found == null ? swept : CompletableFuture.anyOf(found, swept).thenApply(done -> null);
    }

    /** A sweep in progress reads the member's page after the given time, unless it has already read the page. */
    private static long sweptAfter(MemberSweep sweep, long after) {
        return sweep.isUnderWay() ? Long.MIN_VALUE : after;
    }

    private boolean isSeen(MemberSweep sweep, MembershipKey key, long after) {
        Seen seen = sweep.seen(key.id());
        if (seen == null || seen.times().readAt() <= after) {
            return false;
        }
        store.recall(List.of(key));
        if (store.isLoss(key, seen.holding(), seen.times())) {
            return false;
        }
        boolean taken = store.put(key, seen.holding(), seen.times());
        if (taken) {
            sweep.found(key.id());
        }
        return taken;
    }

    private CompletableFuture<Void> grants(GrantsKey key, Part part, long after, Priority priority) {
        HolderSweep holders = sweeps.holders();
        if (priority == Priority.FOREGROUND) {
            holders.addWaiting(key.id());
        }
        RoleSet roles = store.roles(source.globalRoles());
        boolean byRole = priority != Priority.INDIVIDUAL
                && traits.listsHolders()
                && !isMissing(holders, key.id())
                && !isContradicted(holders, key, roles)
                && !(priority == Priority.FOREGROUND && holders.isUnsteady())
                && holders.isCheaper(roles, traits.pageSize())
                && !(part.isReported() && holders.isReadAlone(key.id(), roles, traits.pageSize(), sequence.now()));
        boolean isPaused = byRole && priority == Priority.BACKGROUND && holders.isPaused(sequence.now());
        if (isPaused && after <= part.readAt()) {
            // The fact is only old. A read after a certain event does not wait for the next sweep.
            return CompletableFuture.completedFuture(null);
        }
        return flights.request(byRole && !isPaused ? HoldersKey.ALL : key, after, priority, place(part));
    }

    /** Whether the last sweep lacks a role that an earlier read of the user alone showed. Another sweep would lack it as well. */
    boolean isContradicted(HolderSweep holders, GrantsKey key, RoleSet roles) {
        SubjectFact alone = store.peek(key);
        SubjectFact byRole = alone == null ? null : holders.view(key.id(), Set.of(), roles, store);
        return alone != null
                && byRole != null
                && byRole.readAt() > alone.readAt()
                && !holders.explains(alone, byRole, roles);
    }

    /** A holder that was missing once is read individually. */
    private static boolean isMissing(HolderSweep holders, String user) {
        return holders.byRole().values().stream().anyMatch(set -> set.missing().containsKey(user));
    }
}
