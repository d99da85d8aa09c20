package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.FactKey.MembershipKey;
import io.scopeguard.permission.FactKey.SubjectKey;
import io.scopeguard.permission.Part.State;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.SteadyClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Live permissions, computed from remembered facts. If all facts are fresh, the answer takes no I/O and no lock. Stale facts are
 * read again in the background; for missing, expired or invalidated facts the request waits, boundedly. Thread-safe. Close it to
 * stop its threads.
 *
 * @hidden
 */
@Internal
public final class PermissionCache implements AutoCloseable {

    /**
     * A picture is complete after a few dependent reads: membership, definitions, global grants, their scopes, confirming reads.
     */
    private static final int MAX_ROUNDS = 8;

    private static final int PERIODS = 100;

    /** Where a stale answer would do, a request waits for this part of the time only. */
    private static final int SHORT_WAIT = 4;

    private final SteadyClock clock;
    private final CacheSettings settings;
    private final Sequence sequence;
    private final FactStore store;
    private final Sweeps sweeps = new Sweeps();
    private final Invalidations invalidations;
    private final Pictures pictures;
    private final Demands demands;
    private final SingleFlight flights;
    private final ReadExecutor executor;
    private final long periodNanos;
    private final Set<TokenKind> youngTokens;
    private final PerSubjectLimit individual = new PerSubjectLimit();
    private volatile FactListener listener = FactListener.NONE;

    /**
     * @param source where facts are read
     * @param clock by which reads are dated
     */
    public PermissionCache(PermissionSource source, SteadyClock clock, CacheSettings settings) {
        this(source, clock, settings, FactExchange.NONE, new ThreadPoolReadExecutor());
    }

    /** The same, with histories that other processes share. */
    public PermissionCache(PermissionSource source, SteadyClock clock, CacheSettings settings, FactExchange exchange) {
        this(source, clock, settings, exchange, new ThreadPoolReadExecutor());
    }

    PermissionCache(
            PermissionSource source,
            SteadyClock clock,
            CacheSettings settings,
            FactExchange exchange,
            ReadExecutor executor) {
        this.clock = clock;
        this.settings = settings;
        this.executor = executor;
        this.periodNanos = Math.max(settings.maxAge().toNanos(), 1);
        this.youngTokens = source.traits().youngTokens();
        this.sequence = new Sequence(clock);
        this.store = new FactStore(
                settings.maxEntries(),
                settings.idle(),
                settings.maxStale(),
                key -> definitions(source, key),
                sequence,
                exchange);
        this.invalidations =
                new Invalidations(sequence, settings.idle(), source.traits().delay());
        this.pictures = new Pictures(source, store, sweeps);
        LossJudge judge = new LossJudge(invalidations, source.traits().delay());
        FactReader reader = new FactReader(source, store, sequence, judge, sweeps);
        this.flights = new SingleFlight(executor, sequence, reader);
        this.demands = new Demands(source, store, sweeps, invalidations, judge, flights, sequence, settings.maxAge());
    }

    /** The set that the roles of a subject belong to. */
    private static DefinitionsKey definitions(PermissionSource source, SubjectKey key) {
        return key instanceof MembershipKey member
                ? source.organizationRoles(member.organization())
                : source.globalRoles();
    }

    /** The same without an earlier result. */
    public LivePermissions get(PermissionKey key, Freshness freshness, Scopes held) {
        return get(key, freshness, held, null);
    }

    /**
     * The permissions of a key, as fresh as demanded.
     *
     * @param held the scopes of the token: if the first read lacks some of them, they are read a second time
     * @param last an earlier result for the key, which is returned again if no fact has changed since
     * @throws PermissionsUnavailableException if there is no picture within the bound and none could be read in time
     */
    public LivePermissions get(PermissionKey key, Freshness freshness, Scopes held, @Nullable LivePermissions last) {
        Freshness wanted = freshness.isIndividual() ? freshness.individualFrom(sequence.next()) : freshness;
        Picture known = last != null && last.history() instanceof Picture picture ? picture : null;
        Picture picture = begun(pictures.of(key, wanted.isIndividual(), known), wanted);
        use(picture, wanted.now());
        if (isSurelyFresh(picture, wanted) && picture.isEnoughFor(held)) {
            return picture.live(clock);
        }
        Picture renewed = renewed(picture, wanted, held, freshness.now());
        use(renewed, wanted.now());
        return renewed.live(clock);
    }

    /** At the first request about a member that only pages contained, the history that other processes keep is continued. */
    private Picture begun(Picture picture, Freshness wanted) {
        SubjectFact fact = picture.subject();
        boolean isContinued = fact != null
                && fact.isUnused()
                && picture.question().subject() instanceof MembershipKey member
                && store.request(member);
        return isContinued ? pictures.of(picture.key(), wanted.isIndividual(), null) : picture;
    }

    private boolean isSurelyFresh(Picture picture, Freshness wanted) {
        long readAt = picture.readAt();
        return readAt >= wanted.surelyFreshFrom()
                && readAt >= wanted.rejectBefore()
                && readAt >= invalidations.latest()
                && (!picture.needsGlobalList() || picture.globalRoles().readAt() >= wanted.surelyFreshFrom())
                && !isDefinitionOlderThanLoss(picture);
    }

    private boolean isDefinitionOlderThanLoss(Picture picture) {
        RoleSet roles = picture.organizationRoles();
        return roles.isRead() && !roles.pendingLosses().isEmpty();
    }

    /** @param arrived when the request arrived, which may have waited for an earlier read since */
    private Picture renewed(Picture known, Freshness wanted, Scopes held, long arrived) {
        List<Part> parts = demands.parts(known, wanted.isIndividual());
        boolean mustWait = mustWait(known, parts, wanted, held);
        if (!mustWait && !isWorthWaiting(parts, wanted)) {
            refresh(parts, wanted);
            return known;
        }
        long deadline = arrived + settings.maxWait().toNanos() / (mustWait ? 1 : SHORT_WAIT);
        limitIndividualReads(known.key().subject(), wanted, deadline);
        Picture renewed = awaited(known, wanted, held, deadline);
        if (!wanted.isAwaited()) {
            refresh(demands.parts(renewed, wanted.isIndividual()), wanted);
        }
        return usable(renewed, wanted, held);
    }

    private static boolean mustWait(Picture picture, List<Part> parts, Freshness wanted, Scopes held) {
        State awaitedFrom = wanted.isAwaited() ? State.STALE : State.INVALIDATED;
        return !picture.isEnoughFor(held)
                || parts.stream().anyMatch(part -> part.state(wanted).compareTo(awaitedFrom) >= 0);
    }

    /**
     * A stale answer would suffice. But if no older fact waits to be read, reading now takes no more calls than reading in the
     * background, and the request waits a little. So a user that returns after a pause is not decided by the oldest facts of all.
     */
    private boolean isWorthWaiting(List<Part> parts, Freshness wanted) {
        long oldest = Long.MAX_VALUE;
        for (Part part : parts) {
            if (part.state(wanted) == State.STALE) {
                if (!demands.isShort(part)) {
                    return false;
                }
                oldest = Math.min(oldest, part.readAt());
            }
        }
        return oldest != Long.MAX_VALUE && executor.isNext(oldest);
    }

    private void refresh(List<Part> parts, Freshness wanted) {
        for (Part part : parts) {
            if (part.state(wanted) != State.FRESH) {
                demands.inBackground(part);
            }
        }
    }

    private void limitIndividualReads(Subject subject, Freshness wanted, long deadline) {
        if (!wanted.isIndividual()) {
            return;
        }
        long wait = individual.take(subject, wanted.now());
        if (wait > deadline - sequence.now()
                || (wait > 0
                        && isTimeUp(new CompletableFuture<>(), wait)
                        && individual.take(subject, sequence.now()) > 0)) {
            throw new PermissionsUnavailableException(
                    Reason.BUDGET_EXHAUSTED, "The subject has used up its reads for the moment.");
        }
    }

    private Picture awaited(Picture known, Freshness wanted, Scopes held, long deadline) {
        Priority priority = wanted.isIndividual() ? Priority.INDIVIDUAL : Priority.FOREGROUND;
        Picture picture = known;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            List<CompletableFuture<Void>> reads = new ArrayList<>();
            demands.urgent(picture, wanted, held, (part, after) -> reads.add(demands.request(part, after, priority)));
            if (reads.isEmpty() || isTimeUp(allOf(reads), deadline - sequence.now())) {
                break;
            }
            picture = pictures.of(known.key(), wanted.isIndividual(), known);
        }
        return pictures.of(known.key(), wanted.isIndividual(), known);
    }

    private static CompletableFuture<Void> allOf(List<CompletableFuture<Void>> reads) {
        return CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new));
    }

    /** Whether the reads did not all succeed in time. */
    private boolean isTimeUp(CompletableFuture<Void> reads, long nanos) {
        try {
            executor.await(reads, Math.max(nanos, 0));
            return reads.isCompletedExceptionally();
        } catch (TimeoutException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PermissionsUnavailableException(Reason.TIMEOUT, "Interrupted while waiting for the provider.");
        }
    }

    private static Picture usable(Picture picture, Freshness wanted, Scopes held) {
        boolean isLossPending = wanted.isIndividual() && picture.pendingLoss(held) != Long.MIN_VALUE;
        if (picture.readAt() < wanted.rejectBefore() || !picture.isEnoughFor(held) || isLossPending) {
            throw new PermissionsUnavailableException(
                    Reason.TIMEOUT, "The permissions could not be read as freshly as demanded.");
        }
        return picture;
    }

    /**
     * The last known permissions of any age, or {@code null} if there are none. They do not answer for the present. But a scope
     * that they lack was lost when they were read, and stays lost for tokens that were issued before, until another read shows
     * otherwise.
     *
     * @param held the scopes of the token: a scope that was not seen to be lost does not count as lacking, and the roles are then
     *     unknown
     */
    public @Nullable LivePermissions lastSeen(PermissionKey key, Scopes held) {
        Picture picture = pictures.of(key);
        boolean isGlobalOnly = key.organization() == null && picture.grants() == null && !picture.hasNoStanding();
        if ((picture.subject() == null && !picture.hasNoStanding()) || isGlobalOnly) {
            return null;
        }
        if (picture.question().isLeaky() && !picture.isEnoughFor(held)) {
            // A first read that lacks scopes says nothing of those that may have leaked.
            return null;
        }
        boolean isEnough = picture.isEnoughFor(held);
        Scopes unseen = isEnough ? Scopes.none() : held;
        return picture.live(clock, unseen.or(possiblyGlobal(picture, held)), isEnough ? picture::roles : kind -> null);
    }

    /** Held scopes that a global role could still grant, while it is unknown whether the subject holds that role. */
    private static Scopes possiblyGlobal(Picture picture, Scopes held) {
        boolean isKnown = picture.hasNoStanding()
                || !picture.needsGrants()
                || !picture.question().countsGrants()
                || picture.grants() != null;
        return isKnown
                ? Scopes.none()
                : held.and(picture.globalRoles().table().scopes(picture.key().audience()));
    }

    /**
     * Scopes of a token that may have come from an organization although the token is for none, and that the subject is not
     * known to hold globally. Before the definitions were read, these are all.
     */
    public Scopes possiblyLeaked(PermissionKey key, Scopes held) {
        Picture picture = pictures.of(key);
        if (!picture.question().isLeaky() || picture.hasNoStanding()) {
            return Scopes.none();
        }
        RoleSet roles = picture.organizationRoles();
        Scopes leakable = roles.isRead() ? held.and(roles.table().scopes(key.audience())) : held;
        return leakable.minus(picture.granted());
    }

    /**
     * Whether something is known about the key that is newer than a point in time: a read, or a reported change. Then a token from
     * that time is no reading.
     *
     * @param nanos in nanoseconds of the steady clock
     */
    public boolean knowsNewer(PermissionKey key, long nanos) {
        Picture picture = pictures.of(key);
        SubjectFact subject = picture.subject();
        SubjectFact grants = picture.grants();
        return picture.hasNoStanding()
                || (subject != null && subject.readAt() > nanos)
                || (grants != null && grants.readAt() > nanos)
                || demands.isReportedSince(picture, nanos);
    }

    /** Kinds of token that are themselves a reading while they are young. */
    public Set<TokenKind> youngTokens() {
        return youngTokens;
    }

    /** Reads the facts about the key in the background, whether they are known or not. */
    public void refresh(PermissionKey key, Freshness freshness) {
        Picture picture = pictures.of(key);
        use(picture, freshness.now());
        refresh(demands.parts(picture, false), freshness);
    }

    /** Keeps a loss that a token showed to matter, for as long as a token lives. */
    public void keepLoss(PermissionKey key) {
        store.keep(Question.subjectKey(key));
    }

    /** Applies a change that the provider reports. The affected facts stay the last known ones until they are read again. */
    public void apply(PermissionChange change) {
        invalidations.add(change);
        listener.reported(change);
    }

    /** Reports possible changes of permissions to this listener from now on. There is one listener. */
    public void listen(FactListener next) {
        listener = next;
        store.listen(next);
    }

    /** How many reads run or wait for their turn. */
    public int active() {
        return flights.active();
    }

    /**
     * Reacts to a shared store that has lost its records. All known histories are kept there again; unknown ones count as
     * forgotten, not as never seen.
     */
    public void restoreShared() {
        store.memoryLost();
        store.keepAll();
    }

    /** Takes in that records of subjects may have been lost elsewhere. They count as forgotten, not as never seen. */
    public void memoryLost() {
        store.memoryLost();
    }

    /** How many background reads wait for their turn. */
    public int waiting() {
        return executor.waiting();
    }

    /** How many believed revocations were dropped for lack of space. */
    public long droppedLosses() {
        return store.droppedLosses();
    }

    @Override
    public void close() {
        executor.close();
    }

    private void use(Picture picture, long now) {
        byte period = (byte) (Math.floorMod(now / periodNanos, PERIODS) + 1);
        Question question = picture.question();
        SubjectFact fact = picture.subject();
        if (fact != null && question.subject() instanceof MembershipKey member) {
            use(member, fact, period);
        }
        if (picture.needsGrants() && question.isUser()) {
            PermissionKey key = question.key();
            sweeps.holders()
                    .used(
                            key.subject().id(),
                            key.audience(),
                            key.roles().wanted().global(),
                            period);
        }
    }

    private void use(MembershipKey key, SubjectFact fact, byte period) {
        if (fact.isUnused()) {
            store.request(key);
        }
        boolean isFirst = fact.isUncounted();
        if (fact.use(period)) {
            sweeps.of(key.organization()).used(period, isFirst);
        }
    }
}
