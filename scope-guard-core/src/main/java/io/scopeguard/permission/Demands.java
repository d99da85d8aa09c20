package io.scopeguard.permission;

import io.scopeguard.permission.FactKey.AccountKey;
import io.scopeguard.permission.FactKey.GrantsKey;
import io.scopeguard.permission.FactKey.HoldersKey;
import io.scopeguard.permission.FactKey.MembersKey;
import io.scopeguard.permission.FactKey.MembershipKey;
import io.scopeguard.permission.FactKey.RoleKey;
import io.scopeguard.permission.FactKey.RolesKey;
import io.scopeguard.permission.FactKey.SubjectKey;
import io.scopeguard.permission.MemberSweep.Seen;
import io.scopeguard.permission.Part.State;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Which facts of a picture have to be read, and by which flight. Thread-safe. */
final class Demands {

    /** Definitions are read for the sake of losses this many times in the usual age at most. */
    private static final int RECHECKS = 6;

    /** A list of this many pages is short: it is read first, since it serves everybody, and waited for. */
    private static final int SHORT = 2;

    /** A single request waits for the definitions beside its own facts; if more is waited for, there are several. */
    private static final int CROWD = 2;

    private final PermissionSource source;
    private final ProviderTraits traits;
    private final FactStore store;
    private final Sweeps sweeps;
    private final Invalidations invalidations;
    private final LossJudge judge;
    private final SingleFlight flights;
    private final Sequence sequence;
    private final long pause;

    Demands(
            PermissionSource source,
            FactStore store,
            Sweeps sweeps,
            Invalidations invalidations,
            LossJudge judge,
            SingleFlight flights,
            Sequence sequence,
            Duration maxAge) {
        this.source = source;
        this.traits = source.traits();
        this.store = store;
        this.sweeps = sweeps;
        this.invalidations = invalidations;
        this.judge = judge;
        this.flights = flights;
        this.sequence = sequence;
        this.pause = maxAge.toNanos() / RECHECKS;
    }

    /** Receives a part that has to be read after some time. */
    interface Demand {

        void read(Part part, long after);
    }

    /** The facts behind a picture. */
    List<Part> parts(Picture picture, boolean isIndividual) {
        List<Part> parts = new ArrayList<>(4);
        PermissionKey key = picture.key();
        addSubject(parts, picture, isIndividual);
        if (picture.hasNoStanding()) {
            return parts;
        }
        if (key.organization() != null || picture.question().isLeaky()) {
            addOrganizationRoles(parts, picture, isIndividual);
        }
        if (picture.needsGlobalList()) {
            parts.add(list(source.globalRoles(), picture.globalRoles(), !picture.isListPart(), Long.MIN_VALUE));
        }
        if (picture.needsGrants()) {
            addGrants(parts, picture);
        }
        return parts;
    }

    private void addSubject(List<Part> parts, Picture picture, boolean isIndividual) {
        if (isStandingImplied(picture, isIndividual)) {
            return;
        }
        SubjectKey subject = picture.question().subject();
        SubjectFact fact = picture.subject();
        long readAt = picture.hasNoStanding() ? picture.readAt() : fact == null ? Long.MIN_VALUE : fact.readAt();
        if (subject instanceof AccountKey && subject.type() == Subject.Type.APPLICATION) {
            // One call returns standing and grants.
            parts.add(part(FactStore.grants(subject), readAt));
        } else {
            parts.add(part(subject, readAt));
        }
    }

    /**
     * Whether lists answer for a user outside of organizations: the pages of holders show suspended users, and a user without a
     * global role is granted nothing there.
     */
    private boolean isStandingImplied(Picture picture, boolean isIndividual) {
        SubjectFact subject = picture.subject();
        // Before anything was read, the lists are read first: whether grants matter is not known yet.
        boolean mayNeedGrants = picture.needsGrants()
                || (picture.needsGlobalList() && !picture.globalRoles().isRead());
        boolean isListed = picture.question().isLeaky() && !isIndividual && traits.listsHolders() && mayNeedGrants;
        return isListed && (subject == null ? picture.grants() == null : subject.isDerived());
    }

    private Part part(SubjectKey key, long readAt) {
        return new Part(key, readAt, invalidations.certain(key, readAt), invalidations.possible(key, readAt), false);
    }

    private Part list(DefinitionsKey set, RoleSet roles, boolean isOptional, long possiblyChangedAt) {
        return new Part(new RolesKey(set), roles.readAt(), invalidations.ofRoles(), possiblyChangedAt, isOptional);
    }

    private void addOrganizationRoles(List<Part> parts, Picture picture, boolean isIndividual) {
        DefinitionsKey set = picture.question().organizationRoles();
        RoleSet roles = picture.organizationRoles();
        Set<String> held = picture.rolesHeld();
        int pages = (roles.table().roles().size() + traits.pageSize() - 1) / Math.max(traits.pageSize(), 1);
        if (isIndividual && roles.isRead() && picture.subject() != null && held.size() < pages) {
            held.forEach(role -> parts.add(role(set, roles, role, picture.key().audience())));
            return;
        }
        parts.add(list(set, roles, false, possiblyChangedAt(roles)));
    }

    /** Losses on many pages come in quick succession; one read of the definitions serves some seconds' worth of them. */
    private long possiblyChangedAt(RoleSet roles) {
        return roles.recheckedAt() > sequence.now() - pause ? Long.MIN_VALUE : roles.lossNoticedAt();
    }

    private Part role(DefinitionsKey set, RoleSet roles, String role, Audience audience) {
        long alone = roles.table().meaning(role, audience).readAt();
        long readAt = roles.isReadByList() ? Math.max(alone, roles.readAt()) : alone;
        return new Part(new RoleKey(set, role, audience), readAt, invalidations.ofRoles(), Long.MIN_VALUE, false);
    }

    private void addGrants(List<Part> parts, Picture picture) {
        PermissionKey key = picture.key();
        SubjectFact fact = picture.grants();
        parts.add(part(picture.question().grants(), fact == null ? Long.MIN_VALUE : fact.readAt()));
        if (!picture.question().countsGrants()) {
            return;
        }
        RoleSet roles = picture.globalRoles();
        DefinitionsKey set = source.globalRoles();
        boolean isApplication = key.subject().type() == Subject.Type.APPLICATION;
        if (roles.isRead() && roles.isReadByList() && !isApplication) {
            parts.add(list(set, roles, false, Long.MIN_VALUE));
            return;
        }
        for (String role : picture.globalRolesHeld()) {
            if (roles.table().meaning(role, key.audience()).readAt() != Long.MAX_VALUE) {
                parts.add(role(set, roles, role, key.audience()));
            }
        }
    }

    /** Reports the facts that a request has to wait for. */
    void urgent(Picture picture, Freshness wanted, Scopes held, Demand demand) {
        if (picture.needsGlobalList() && !picture.globalRoles().isRead()) {
            sweeps.holders().miss(picture.key().subject().id());
        }
        long noticed = lookedForAfter(picture, held);
        List<Part> parts = parts(picture, wanted.isIndividual());
        // Parts that other requests wait for as well go first.
        parts.sort(Comparator.comparing(part -> part.key() instanceof SubjectKey));
        for (Part part : parts) {
            long after = part.demandedAfter(wanted);
            boolean isOld = part.state(wanted).compareTo(State.STALE) >= 0;
            boolean isFirstLook = part.readAt() <= noticed && !part.isOptional();
            if (isOld || isFirstLook) {
                demand.read(part, Math.max(after, isFirstLook ? noticed : Long.MIN_VALUE));
            }
        }
    }

    /** If the picture takes something from a token that is not certain yet: all facts have to be read after this. */
    private static long lookedForAfter(Picture picture, Scopes held) {
        long pending = picture.pendingLoss(held);
        if (picture.isEnoughFor(held) || picture.readAt() == Long.MIN_VALUE) {
            return pending;
        }
        SubjectFact subject = picture.subject();
        long undefined = picture.lacksDefinitions() && subject != null ? subject.readAt() : Long.MIN_VALUE;
        return Math.max(pending, Math.max(undefined, picture.firstEnd()));
    }

    /** Whether a change was reported since then that may concern the picture. */
    boolean isReportedSince(Picture picture, long nanos) {
        SubjectKey subject = picture.question().subject();
        return invalidations.ofRoles() > nanos
                || invalidations.certain(subject, nanos) > nanos
                || invalidations.possible(subject, nanos) > nanos;
    }

    void inBackground(Part part) {
        var unused = request(
                part,
                Math.max(part.readAt(), Math.max(part.invalidatedAt(), part.possiblyChangedAt())),
                Priority.BACKGROUND);
    }

    /** Has a part read by the cheapest flight that will do. */
    CompletableFuture<Void> request(Part part, long after, Priority priority) {
        FactKey key = part.key();
        if (key instanceof MembershipKey member && member.type() == Subject.Type.USER) {
            return member(member, part, after, priority);
        }
        if (key instanceof GrantsKey grants && grants.type() == Subject.Type.USER) {
            return grants(grants, part, after, priority);
        }
        return flights.request(
                key, after, priority, key instanceof RolesKey && isShort(part) ? BackgroundQueue.FIRST : part.readAt());
    }

    /** Whether reading the part takes few calls. */
    boolean isShort(Part part) {
        if (part.key() instanceof RolesKey list) {
            return store.roles(list.set()).table().roles().size() <= SHORT * traits.pageSize();
        }
        return !(part.key() instanceof MembershipKey member)
                || sweeps.of(member.organization()).pages() <= SHORT;
    }

    private CompletableFuture<Void> member(MembershipKey key, Part part, long after, Priority priority) {
        if (priority == Priority.INDIVIDUAL) {
            return flights.request(key, after, priority, part.readAt());
        }
        if (judge.isPending(key, store.glance(key), sequence.now())) {
            return CompletableFuture.failedFuture(LossJudge.pendingLoss());
        }
        MemberSweep sweep = sweeps.of(key.organization());
        if (priority == Priority.FOREGROUND) {
            sweep.miss(key.id(), part.readAt() == Long.MIN_VALUE);
        }
        if (isSeen(sweep, key, after)) {
            return CompletableFuture.completedFuture(null);
        }
        SubjectFact known = store.glance(key);
        if (known != null && known.readAt() > after) {
            // It was read since the request looked.
            sweep.found(key.id());
            return CompletableFuture.completedFuture(null);
        }
        ReadingWay way = sweep.way(
                key.id(),
                judge.awaitsConfirmation(key) ? null : known,
                traits,
                priority == Priority.FOREGROUND,
                flights.foreground() >= CROWD,
                sequence.now());
        if (way == ReadingWay.ALONE) {
            return flights.request(key, after, priority, part.readAt());
        }
        CompletableFuture<Void> swept = flights.request(
                new MembersKey(key.organization()), sweptAfter(sweep, after), after, priority, part.readAt());
        return sweep.join(key.id(), swept);
    }

    /** A sweep under way reads the member's page after this, unless it has read it already. */
    private static long sweptAfter(MemberSweep sweep, long after) {
        return sweep.isUnderWay() ? Long.MIN_VALUE : after;
    }

    private boolean isSeen(MemberSweep sweep, MembershipKey key, long after) {
        Seen seen = sweep.seen(key.id());
        if (seen == null || seen.times().readAt() <= after) {
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
            holders.miss(key.id());
        }
        boolean byRole = priority != Priority.INDIVIDUAL
                && traits.listsHolders()
                && !isMissing(holders, key.id())
                && holders.isCheaper(store.roles(source.globalRoles()), traits.pageSize());
        return flights.request(byRole ? HoldersKey.ALL : key, after, priority, part.readAt());
    }

    /** A holder that was missing once is read alone. */
    private static boolean isMissing(HolderSweep holders, String user) {
        return holders.byRole().values().stream().anyMatch(set -> set.missing().containsKey(user));
    }
}
