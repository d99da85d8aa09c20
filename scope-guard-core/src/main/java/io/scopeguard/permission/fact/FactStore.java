package io.scopeguard.permission.fact;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Interner;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey.AccountKey;
import io.scopeguard.permission.fact.FactKey.GrantsKey;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Standing;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The believed facts, each stored once with its own age. Bounded. Losses are remembered beside the facts for the lifetime of a
 * token, because they bind tokens that were issued before. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class FactStore {

    private static final long MAX_READ_ELSEWHERE = 10_000;
    private static final Logger log = LoggerFactory.getLogger(FactStore.class);

    private static final long LONGEST_TOKEN_LIFE = Duration.ofHours(24).toNanos();
    private static final long MAX_LOSSES = 100_000;
    private static final long MAX_SETS = 10_000;

    /** An id of this length is included in the weight of an entry. */
    private static final int ID_LENGTH = 64;

    /** Keeps a share of the space free of subjects that no request needs. */
    private static final int ROOM = 4;

    private final long maxEntries;
    private final long gap;
    private final Function<SubjectKey, DefinitionsKey> definitions;
    private final Sequence sequence;
    private final FactExchange exchange;
    private final Interner<Holding> holdings = Interner.newWeakInterner();
    private final Interner<String> organizations = Interner.newWeakInterner();
    private final Cache<SubjectKey, SubjectFact> facts;
    private final Cache<SubjectKey, SubjectFact> losses = kept();
    private final Cache<SubjectKey, SubjectFact> inactive = kept();
    private final Map<DefinitionsKey, RoleSet> roles = new ConcurrentHashMap<>();
    /** The times of the last reads by other processes of facts with recalled histories, until this process reads these facts. */
    private final Cache<SubjectKey, Long> readElsewhere = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_READ_ELSEWHERE)
            .build();

    private final AtomicLong droppedAt = new AtomicLong(Long.MIN_VALUE / 2);
    private final AtomicLong droppedLosses = new AtomicLong();
    private volatile FactListener listener = FactListener.NONE;

    /**
     * @param maxEntries how many facts about subjects are kept; long ids count for several
     * @param idle the time without use after which a fact is dropped
     * @param gap the time between two reads beyond which changes in between may have been missed
     * @param definitions returns the set of definitions that the roles of a subject belong to
     */
    public FactStore(
            long maxEntries,
            Duration idle,
            Duration gap,
            Function<SubjectKey, DefinitionsKey> definitions,
            Sequence sequence,
            FactExchange exchange) {
        this.maxEntries = maxEntries;
        this.gap = gap.toNanos();
        this.definitions = definitions;
        this.sequence = sequence;
        this.exchange = exchange;
        this.facts = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(maxEntries)
                .weigher((SubjectKey key, SubjectFact fact) -> weight(key))
                .expireAfterAccess(idle)
                .ticker(sequence::now)
                .evictionListener((key, fact, cause) -> dropped(cause))
                .build();
    }

    private Cache<SubjectKey, SubjectFact> kept() {
        return Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumSize(MAX_LOSSES)
                .expireAfterWrite(Duration.ofNanos(LONGEST_TOKEN_LIFE))
                .evictionListener((@Nullable SubjectKey key, @Nullable SubjectFact fact, RemovalCause cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        lossDropped(MAX_LOSSES + " revocations");
                    }
                })
                .build();
    }

    private void dropped(RemovalCause cause) {
        if (cause == RemovalCause.SIZE) {
            droppedAt.set(sequence.now());
        }
    }

    /** @param limit the exceeded limit, with its unit */
    private void lossDropped(String limit) {
        if (droppedLosses.getAndIncrement() == 0) {
            log.warn(
                    "More than {} are remembered. The oldest are dropped, and with them revocations: tokens issued before those are"
                            + " accepted while the provider does not answer.",
                    limit);
        }
    }

    /** How many believed losses were dropped for lack of space. */
    public long droppedLosses() {
        return droppedLosses.get();
    }

    /** Marks a fact as used, so that it is not dropped as idle. Once per period is enough: the mark writes to shared memory. */
    public void touch(SubjectKey key) {
        var unused = facts.getIfPresent(key);
    }

    /** A fact, without marking it as used: see {@link #touch}. */
    public @Nullable SubjectFact peek(SubjectKey key) {
        SubjectFact known = facts.policy().getIfPresentQuietly(key);
        return known != null ? known : keptOf(key).getIfPresent(key);
    }

    /** The standing of a subject that is suspended or unknown, wherever that was seen; otherwise {@code null}. */
    public @Nullable SubjectFact inactive(SubjectKey key) {
        return inactive.asMap().isEmpty()
                ? null
                : inactive.policy().getIfPresentQuietly(new AccountKey(key.type(), key.id()));
    }

    private Cache<SubjectKey, SubjectFact> keptOf(SubjectKey key) {
        return key instanceof AccountKey ? inactive : losses;
    }

    /**
     * Stores the answer of a read, unless a newer one is stored, or it is a first read that shows a loss.
     *
     * @return whether it was taken in
     */
    public boolean put(SubjectKey key, Holding read, ReadTimes times) {
        return put(key, read, times, isShared() ? seenElsewhere(Map.of(key, read)) : Map.of());
    }

    /**
     * Stores the answer of a read, like {@link #put(SubjectKey, Holding, ReadTimes)}, with histories that are already loaded.
     *
     * @param shared histories that other processes keep, by name
     */
    public boolean put(SubjectKey key, Holding read, ReadTimes times, Map<String, FactHistory> shared) {
        return put(key, read, times, true, shared.get(key.name()));
    }

    /**
     * The histories that other processes keep of those subjects that have gained something: another process may have seen that
     * earlier, and asked clients to refresh their tokens for it. May wait briefly.
     *
     * @param reads the answers that were just read, by subject
     * @return by name
     */
    public Map<String, FactHistory> seenElsewhere(Map<? extends SubjectKey, Holding> reads) {
        List<String> gained = reads.entrySet().stream()
                .filter(read -> isGain(peek(read.getKey()), read.getValue()))
                .map(read -> read.getKey().name())
                .toList();
        return gained.isEmpty() ? Map.of() : exchange.recall(gained);
    }

    /**
     * Whether the answer of a read lacks something that an earlier read showed. An answer that is older than the stored fact, as that
     * of another process may be, proves no loss.
     */
    public boolean isLoss(SubjectKey key, Holding read, ReadTimes times) {
        SubjectFact known = peek(key);
        return known == null
                ? read.takesFrom(null)
                : known.readAt() < times.readAt() && read.takesFrom(known.holding());
    }

    private static boolean isGain(@Nullable SubjectFact known, Holding read) {
        return known != null && !known.isUnused() && known.holding().takesFrom(read);
    }

    /** The space for subjects that no request needs, as a sum of weights: a quarter stays free for those in use. */
    public long roomForUnrequested() {
        long used = facts.policy().eviction().orElseThrow().weightedSize().orElseThrow();
        return maxEntries - maxEntries / ROOM - used;
    }

    /** The space that a fact takes. */
    public static int weight(SubjectKey key) {
        return 1 + key.id().length() / ID_LENGTH;
    }

    /** Stores the answer of a page about a subject that no request needs. */
    public void putUnrequested(SubjectKey key, Holding read, ReadTimes times) {
        put(key, read, times, false, null);
    }

    /** A page shows that a member that no request needs is inactive, which its first request confirms. */
    public void dropUnused(SubjectKey key, ReadTimes times) {
        facts.asMap()
                .computeIfPresent(
                        key, (same, known) -> known.isUnused() && known.readAt() < times.readAt() ? null : known);
    }

    private boolean put(
            SubjectKey key, Holding read, ReadTimes times, boolean isRequested, @Nullable FactHistory shared) {
        Holding holding = holdings.intern(read);
        SubjectKey compact = compact(key);
        @Nullable SubjectFact[] before = new @Nullable SubjectFact[1];
        SubjectFact after = facts.asMap().compute(compact, (same, known) -> {
            before[0] = known == null ? keptOf(key).getIfPresent(key) : known;
            SubjectFact next = next(same, before[0], holding, times, isRequested);
            return shared == null || before[0] == null || next == before[0]
                    ? next
                    : next.seenEarlier(before[0], shared, gap);
        });
        if (after == null || after.readAt() != times.readAt()) {
            return false;
        }
        readElsewhere.invalidate(compact);
        updateLosses(compact, after);
        SubjectFact latest = facts.policy().getIfPresentQuietly(compact);
        if (latest != null && latest.readAt() > after.readAt()) {
            // Another thread has stored a newer read, and may have found no loss to remove.
            updateLosses(compact, latest);
        }
        if (isShared() && !after.isUnused() && after.isNewsAfter(before[0])) {
            exchange.share(compact.name(), after.history());
        }
        if (times.isConfirming()) {
            noteLostRoles(key, after, times);
        }
        putStanding(compact, holding, times);
        listener.read(key.subject());
        return true;
    }

    private void noteLostRoles(SubjectKey key, SubjectFact after, ReadTimes times) {
        Set<String> lost = after.holding().isInactive() ? Set.of() : after.lostRoles(times.readAt());
        if (!lost.isEmpty()) {
            roles.computeIfPresent(definitions.apply(key), (same, known) -> known.lossNoticed(lost, times.noticed()));
        }
    }

    private SubjectFact next(
            SubjectKey key, @Nullable SubjectFact known, Holding holding, ReadTimes times, boolean isRequested) {
        // No request has used the fact, so there is no history to continue. The first use reads it again if it lacks
        // something.
        boolean isUnused = known != null && known.isUnused() && !isRequested && known.readAt() < times.readAt();
        if (known == null || isUnused) {
            return SubjectFact.first(
                    key.id(), holding, times, sequence.now() - droppedAt.get() > LONGEST_TOKEN_LIFE, isRequested);
        }
        boolean ignored =
                known.readAt() >= times.readAt() || (!times.isConfirming() && holding.takesFrom(known.holding()));
        return ignored ? known : known.followedBy(holding, times, gap, readElsewhere(key, known.readAt()));
    }

    private void updateLosses(SubjectKey key, SubjectFact fact) {
        Cache<SubjectKey, SubjectFact> kept = keptOf(key);
        boolean keeps = key instanceof AccountKey ? fact.holding().isInactive() : fact.hasLosses();
        if (keeps) {
            kept.asMap().merge(key, fact, FactStore::newer);
        } else if (!kept.asMap().isEmpty()) {
            kept.asMap().computeIfPresent(key, (same, known) -> known.readAt() > fact.readAt() ? known : null);
        }
    }

    private static SubjectFact newer(SubjectFact a, SubjectFact b) {
        return a.readAt() > b.readAt() ? a : b;
    }

    /** The standing exists once: a membership's answer about it holds everywhere. */
    private void putStanding(SubjectKey key, Holding holding, ReadTimes times) {
        Standing standing = holding.standing();
        if (!(key instanceof MembershipKey) || standing == null) {
            return;
        }
        AccountKey account = new AccountKey(key.type(), key.id());
        if (standing.isEverywhere()) {
            put(account, Holding.of(standing), times);
        } else if (standing == Standing.ACTIVE && peek(account) != null) {
            put(account, Holding.of(standing), times);
        }
    }

    /** Whether other processes keep histories, too. */
    public boolean isShared() {
        return !exchange.equals(FactExchange.NONE);
    }

    /** Loads the histories that other processes keep of these facts, unless this process knows the facts. May wait briefly. */
    public void recall(Collection<? extends SubjectKey> keys) {
        if (!isShared()) {
            return;
        }
        Map<String, SubjectKey> unknown = new HashMap<>();
        keys.stream().filter(key -> peek(key) == null).forEach(key -> unknown.put(key.name(), compact(key)));
        if (!unknown.isEmpty()) {
            Map<String, FactHistory> histories = exchange.recall(unknown.keySet());
            Map<String, Long> readUntil = exchange.readUntil(histories);
            histories.forEach((name, history) -> {
                SubjectKey key = unknown.get(name);
                if (key != null) {
                    recalled(key, history, readUntil.get(name));
                }
            });
        }
    }

    private void recalled(SubjectKey key, FactHistory history, @Nullable Long readUntil) {
        SubjectFact fact = SubjectFact.recalled(key.id(), holdings.intern(Holding.of(history)), history);
        if (facts.asMap().putIfAbsent(key, fact) == null) {
            updateLosses(key, fact);
            if (readUntil != null) {
                readElsewhere.put(key, readUntil);
            }
        }
    }

    private long readElsewhere(SubjectKey key, long readAt) {
        Long readUntil = readElsewhere.asMap().isEmpty() ? null : readElsewhere.getIfPresent(key);
        return readUntil == null ? readAt : readUntil;
    }

    /** All known histories by name, those of losses first. Each is made when it is reached. */
    public Stream<Map.Entry<String, FactHistory>> histories() {
        // Not by flatMap, whose iterator would make all histories of a cache at once.
        Stream<Map.Entry<String, FactHistory>> subjects = Stream.concat(
                        Stream.concat(losses.asMap().entrySet().stream(), inactive.asMap().entrySet().stream()),
                        facts.asMap().entrySet().stream())
                .filter(fact -> !fact.getValue().isUnused())
                .map(fact -> Map.entry(fact.getKey().name(), fact.getValue().history()));
        Stream<Map.Entry<String, FactHistory>> definitions =
                roles.entrySet().stream().map(FactStore::history).filter(Objects::nonNull);
        return Stream.concat(subjects, definitions);
    }

    private static Map.@Nullable Entry<String, FactHistory> history(Map.Entry<DefinitionsKey, RoleSet> set) {
        FactHistory history = RoleTableHistory.of(set.getValue());
        return history == null ? null : Map.entry(RoleTableHistory.name(set.getKey()), history);
    }

    /** Records may have been lost: for as long as a token lives, a missing record is no first read. */
    public void memoryLost() {
        droppedAt.set(sequence.now());
    }

    /**
     * Begins the history of a subject at its first request, if only a page contained it until now. The history continues that of
     * other processes, for which this may wait briefly.
     *
     * @return whether the history of other processes is continued
     */
    public boolean beginHistory(SubjectKey key) {
        SubjectFact unused = peek(key);
        if (unused == null || !unused.isUnused()) {
            return false;
        }
        FactHistory history = isShared() ? exchange.recall(List.of(key.name())).get(key.name()) : null;
        Long readUntil = history == null
                ? null
                : exchange.readUntil(Map.of(key.name(), history)).get(key.name());
        SubjectFact requested = facts.asMap()
                .computeIfPresent(
                        key, (same, known) -> known.isUnused() ? requested(known, history, readUntil) : known);
        if (isShared() && requested != null) {
            updateLosses(key, requested);
            exchange.share(key.name(), requested.history());
        }
        return history != null;
    }

    private SubjectFact requested(SubjectFact known, @Nullable FactHistory history, @Nullable Long readUntil) {
        if (history == null) {
            return known.requested(sequence.next());
        }
        Holding holding = holdings.intern(Holding.of(history));
        SubjectFact recalled = SubjectFact.recalled(known.id(), holding, history);
        boolean isLater = known.readAt() > recalled.readAt() && !known.holding().takesFrom(holding);
        ReadTimes times = new ReadTimes(known.readAt(), sequence.next(), ReadTimes.NO_LOSSES);
        long lastRead = readUntil == null ? recalled.readAt() : readUntil;
        return isLater ? recalled.followedBy(known.holding(), times, gap, lastRead) : recalled;
    }

    /** Notes that a read lacked something that a confirming read showed, or that was not believed. */
    public void doubted(SubjectKey key, long end) {
        facts.asMap().computeIfPresent(key, (same, known) -> known.doubted(end));
    }

    /** Remembers a loss that a token showed to matter, although the fact itself lost nothing: a role means less. */
    public void rememberLoss(SubjectKey key) {
        SubjectFact fact = peek(key);
        if (fact != null && losses.getIfPresent(key) == null) {
            losses.put(key, fact);
        }
    }

    public RoleSet roles(DefinitionsKey set) {
        RoleSet known = roles.get(set);
        return known == null ? RoleSet.UNREAD : known;
    }

    public void updateRoles(DefinitionsKey set, UnaryOperator<RoleSet> change) {
        if (roles.size() >= MAX_SETS && !roles.containsKey(set)) {
            dropOldestRoles();
        }
        RoleSet before = roles(set);
        RoleTable theirs = isShared() && before.isRead() && before.isExtendedBy(change.apply(before))
                ? rolesElsewhere(set)
                : RoleTable.EMPTY;
        RoleSet after = roles.compute(set, (same, known) -> {
            RoleSet last = known == null ? RoleSet.UNREAD : known;
            return change.apply(last).seenEarlier(last, theirs);
        });
        if (isShared() && after.table() != before.table()) {
            share(set, after);
        }
        if (after.table() != before.table() || after.recheckedAt() != before.recheckedAt()) {
            listener.readForAll();
        }
    }

    private void dropOldestRoles() {
        roles.entrySet().stream()
                .min((a, b) -> Long.compare(a.getValue().readAt(), b.getValue().readAt()))
                .map(oldest -> roles.remove(oldest.getKey()))
                .filter(RoleSet::hasLosses)
                .ifPresent(dropped -> lossDropped(MAX_SETS + " sets of roles"));
    }

    private void share(DefinitionsKey set, RoleSet known) {
        FactHistory history = RoleTableHistory.of(known);
        if (history != null) {
            exchange.share(RoleTableHistory.name(set), history);
        }
    }

    /** Loads the history that other processes keep of the roles of a set, unless this process knows them. May wait briefly. */
    public void recallRoles(DefinitionsKey set) {
        if (!isShared() || roles(set).isRead()) {
            return;
        }
        RoleTable table = rolesElsewhere(set);
        if (table != RoleTable.EMPTY) {
            roles.compute(
                    set,
                    (same, known) -> known == null || !known.isRead()
                            ? RoleSet.UNREAD.with(table, Long.MIN_VALUE, true)
                            : known);
        }
    }

    private RoleTable rolesElsewhere(DefinitionsKey set) {
        String name = RoleTableHistory.name(set);
        FactHistory history = exchange.recall(List.of(name)).get(name);
        return history == null ? RoleTable.EMPTY : RoleTableHistory.recalled(history);
    }

    public void listen(FactListener next) {
        listener = next;
    }

    /** The holders of global roles were read. */
    public void holdersRead() {
        listener.readForAll();
    }

    /** One instance of each id of an organization, however many members refer to it. */
    String organization(String id) {
        return organizations.intern(id);
    }

    private SubjectKey compact(SubjectKey key) {
        return key instanceof MembershipKey member
                ? new MembershipKey(member.type(), member.id(), organization(member.organization()))
                : key;
    }

    public SubjectFact view(Holding holding, ReadTimes times, Changes changes) {
        return SubjectFact.derived(holdings.intern(holding), times, changes);
    }

    public static SubjectKey grants(SubjectKey key) {
        return new GrantsKey(key.type(), key.id());
    }
}
