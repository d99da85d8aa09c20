package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.permission.fact.FactKey;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.permission.fact.FactListener;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.flight.ReadExecutor;
import io.scopeguard.permission.flight.SingleFlight;
import io.scopeguard.permission.flight.ThreadPoolReadExecutor;
import io.scopeguard.permission.read.FactReader;
import io.scopeguard.permission.read.Invalidations;
import io.scopeguard.permission.read.LossJudge;
import io.scopeguard.permission.read.Periods;
import io.scopeguard.permission.read.QuarantineLog;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionSource;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Scopes;
import io.scopeguard.time.Sequence;
import io.scopeguard.time.SteadyClock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Live permissions, computed from cached facts. If all facts are fresh, there is no I/O and no lock, with two exceptions. The first
 * request about an organization, or about global roles, in each period of the maximum age takes a monitor for a moment, to begin a
 * new count of uses. If histories are shared with other processes, the first request about a member who was read by page only loads
 * the member's history. Stale facts are read again in the background. For missing, expired or invalidated facts, the request waits
 * for a limited time. Thread-safe. Close it to stop its threads.
 *
 * @hidden
 */
@Internal
public final class PermissionCache implements AutoCloseable {

    private final SteadyClock clock;
    private final Sequence sequence;
    private final FactStore store;
    private final Sweeps sweeps;
    private final Invalidations invalidations;
    private final Pictures pictures;
    private final Parts parts;
    private final Refresher refresher;
    private final SingleFlight<FactKey> flights;
    private final ReadExecutor executor;
    private final long periodNanos;
    private final Set<TokenKind> youngTokens;
    private final Set<SubjectKey> continued = ConcurrentHashMap.newKeySet();
    private volatile FactListener listener = FactListener.NONE;

    /**
     * A cache with threads of its own.
     *
     * @param provider the provider's name, for the log
     * @param source reads the facts
     * @param clock dates the reads
     * @param exchange shares histories with other processes
     */
    public PermissionCache(
            String provider,
            PermissionSource source,
            SteadyClock clock,
            CacheSettings settings,
            FactExchange exchange) {
        this(provider, source, clock, settings, exchange, new ThreadPoolReadExecutor(), new Sweeps());
    }

    PermissionCache(
            String provider,
            PermissionSource source,
            SteadyClock clock,
            CacheSettings settings,
            FactExchange exchange,
            ReadExecutor executor,
            Sweeps sweeps) {
        this.clock = clock;
        this.sweeps = sweeps;
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
        LossJudge judge = new LossJudge(invalidations, source.traits().delay(), new QuarantineLog(provider));
        FactReader reader = new FactReader(source, store, sequence, judge, sweeps, settings.maxAge());
        this.flights = new SingleFlight<>(executor, sequence, reader);
        this.parts = new Parts(source, invalidations, sequence, settings.maxAge());
        Demands demands = new Demands(source, store, sweeps, parts, judge, flights, sequence);
        this.refresher = new Refresher(pictures, parts, demands, executor, sequence, settings.maxWait());
    }

    /** The set of definitions for the roles of a subject. */
    private static DefinitionsKey definitions(PermissionSource source, SubjectKey key) {
        return key instanceof MembershipKey member
                ? source.organizationRoles(member.organization())
                : source.globalRoles();
    }

    /** The permissions of a key, without an earlier result: {@link #get(PermissionKey, Freshness, Scopes, LivePermissions)}. */
    public LivePermissions get(PermissionKey key, Freshness freshness, Scopes held) {
        return get(key, freshness, held, null);
    }

    /**
     * The permissions of a key, with the demanded freshness.
     *
     * @param held the scopes of the token: if the first read lacks some of them, it is confirmed by a second read
     * @param last an earlier result for the key, which is returned again if no fact has changed since
     * @throws PermissionsUnavailableException if the known facts are too old and could not be read in time
     */
    public LivePermissions get(PermissionKey key, Freshness freshness, Scopes held, @Nullable LivePermissions last) {
        Freshness wanted = freshness.isIndividual() ? freshness.individualFrom(sequence.next()) : freshness;
        Picture known = last != null && last.history() instanceof ScopeHistory history ? history.picture() : null;
        Picture picture = begun(pictures.of(key, wanted.isIndividual(), known), wanted);
        markUsed(picture, wanted.now());
        if (isSurelyFresh(picture, wanted) && picture.isEnoughFor(held)) {
            return picture.live(clock);
        }
        Picture renewed = refresher.renewed(picture, wanted, held, freshness.now());
        markUsed(renewed, wanted.now());
        return renewed.live(clock);
    }

    /** The first request for a member that was only read by page continues the history that other processes keep. */
    private Picture begun(Picture picture, Freshness wanted) {
        SubjectFact fact = picture.subject();
        boolean isContinued = fact != null
                && fact.isUnused()
                && picture.required().subject() instanceof MembershipKey member
                && store.beginHistory(member);
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

    /**
     * The last known permissions of any age, or {@code null} if there are none. They may be outdated. But a scope that they lack
     * was lost when they were read, and stays lost for tokens that were issued before, until another read shows otherwise.
     *
     * @param held the scopes of the token: a scope whose loss was not observed does not count as lacking, and the roles are then
     *     unknown
     */
    public @Nullable LivePermissions lastSeen(PermissionKey key, Scopes held) {
        Picture picture = pictures.of(key);
        boolean isGlobalOnly = key.organization() == null && picture.grants() == null && !picture.isInactive();
        if ((picture.subject() == null && !picture.isInactive()) || isGlobalOnly) {
            return null;
        }
        if (picture.required().isLeaky() && !picture.isEnoughFor(held)) {
            // A first read that lacks scopes says nothing about scopes that may have leaked.
            return null;
        }
        boolean isEnough = picture.isEnoughFor(held);
        Scopes unseen = isEnough ? Scopes.none() : held;
        return picture.live(clock, unseen.or(possiblyGlobal(picture, held)), isEnough ? picture::roles : kind -> null);
    }

    /** Held scopes that a global role could grant, if it is unknown whether the subject holds that role. */
    private static Scopes possiblyGlobal(Picture picture, Scopes held) {
        boolean isKnown = picture.isInactive()
                || !picture.needsGrants()
                || !picture.required().countsGrants()
                || picture.grants() != null;
        return isKnown
                ? Scopes.none()
                : held.and(picture.globalRoles().table().scopes(picture.key().audience()));
    }

    /**
     * Scopes that a token without an organization may carry because of an organization, and that the subject is not known to hold
     * globally. Before the definitions have been read, these are all scopes of the token.
     */
    public Scopes possiblyLeaked(PermissionKey key, Scopes held) {
        Picture picture = pictures.of(key);
        if (!picture.required().isLeaky() || picture.isInactive()) {
            return Scopes.none();
        }
        RoleSet roles = picture.organizationRoles();
        Scopes leakable = roles.isRead() ? held.and(roles.table().scopes(key.audience())) : held;
        return leakable.minus(picture.granted());
    }

    /**
     * Whether a read for the key, a loss of a role's scopes or a reported change is newer than a point in time. Then a token from
     * that time does not count as a read.
     *
     * @param nanos in nanoseconds of the steady clock
     */
    public boolean knowsNewer(PermissionKey key, long nanos) {
        Picture picture = pictures.of(key);
        SubjectFact subject = picture.subject();
        SubjectFact grants = picture.grants();
        return picture.isInactive()
                || (subject != null && subject.readAt() > nanos)
                || (grants != null && grants.readAt() > nanos)
                || picture.organizationRoles().lastLoss(key.audience()) > nanos
                || picture.globalRoles().lastLoss(key.audience()) > nanos
                || parts.isReportedSince(picture, nanos);
    }

    /** The kinds of token that count as a read while they are young. */
    public Set<TokenKind> youngTokens() {
        return youngTokens;
    }

    /** Reads the facts about the key in the background, whether or not they are known. */
    public void refresh(PermissionKey key, Freshness freshness) {
        Picture picture = pictures.of(key);
        if (mayWaitForHistory(picture)) {
            continueHistory(RequiredFacts.subjectKey(key));
        } else {
            markUsed(picture, freshness.now());
        }
        refresher.inBackground(picture, freshness);
    }

    /** Whether no request asked for the subject here yet, so that other processes may know its history. */
    private boolean mayWaitForHistory(Picture picture) {
        SubjectFact fact = picture.subject();
        return fact != null && fact.isUnused() && store.isShared();
    }

    /** Nobody waits for a refresh, so it must not wait for other processes either. */
    private void continueHistory(SubjectKey subject) {
        boolean isRefused = continued.add(subject)
                && !executor.soon(() -> {
                    continued.remove(subject);
                    store.beginHistory(subject);
                });
        if (isRefused) {
            // The next refresh tries again.
            continued.remove(subject);
        }
    }

    /**
     * Like {@link #refresh}, and also starts background reads of the facts that a loss of held scopes or roles waits for.
     *
     * @return whether there are such facts
     */
    public boolean refreshForLoss(PermissionKey key, Freshness freshness, Scopes held) {
        refresh(key, freshness);
        return refresher.inBackground(pictures.of(key), freshness, held);
    }

    /** Remembers a loss that affects a token, for the longest lifetime of a token. */
    public void rememberLoss(PermissionKey key) {
        store.rememberLoss(RequiredFacts.subjectKey(key));
    }

    /** Applies a change that the provider reports. The affected facts are kept until they have been read again. */
    public void apply(PermissionChange change) {
        invalidations.add(change);
        listener.reported(change);
    }

    /** Sets the listener that receives possible changes of permissions from now on. There is only one. */
    public void listen(FactListener next) {
        listener = next;
        store.listen(next);
    }

    /** The number of reads that run or wait for their turn. */
    public int active() {
        return flights.active();
    }

    /** All known histories of facts, by name. */
    public Stream<Map.Entry<String, FactHistory>> histories() {
        return store.histories();
    }

    /** Reacts to a possible loss of records elsewhere. Subjects without a record count as forgotten, not as never seen. */
    public void memoryLost() {
        store.memoryLost();
    }

    /** The number of background reads that wait for their turn. */
    public int waiting() {
        return executor.waiting();
    }

    /** The number of believed revocations that were dropped for lack of space. */
    public long droppedLosses() {
        return store.droppedLosses();
    }

    @Override
    public void close() {
        executor.close();
    }

    private void markUsed(Picture picture, long now) {
        byte period = Periods.at(now, periodNanos);
        RequiredFacts required = picture.required();
        SubjectFact fact = picture.subject();
        if (!(required.subject() instanceof MembershipKey member)) {
            touch(required.subject(), picture.stored().subject(), period);
        } else if (fact != null) {
            markUsed(member, fact, period);
        }
        if (picture.needsGrants()) {
            markGrantsUsed(picture, period);
        }
    }

    private void markGrantsUsed(Picture picture, byte period) {
        RequiredFacts required = picture.required();
        touch(required.grants(), picture.stored().alone(), period);
        if (required.isUser() && picture.markCounted(period)) {
            PermissionKey key = required.key();
            sweeps.holders()
                    .countUse(
                            key.subject().id(),
                            key.audience(),
                            key.roles().wanted().global(),
                            period);
        }
    }

    private void touch(SubjectKey key, @Nullable SubjectFact stored, byte period) {
        if (stored != null && stored.markUsed(period)) {
            store.touch(key);
        }
    }

    private void markUsed(MembershipKey key, SubjectFact fact, byte period) {
        if (fact.isUnused()) {
            store.beginHistory(key);
        }
        boolean isFirst = fact.isUncounted();
        if (fact.markUsed(period)) {
            store.touch(key);
            sweeps.of(key.organization()).countUse(period, isFirst);
        }
    }
}
