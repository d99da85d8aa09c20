package io.scopeguard;

import io.scopeguard.permission.fact.FactListener;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessTokenVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The open watches of one provider. Reads of facts judge the watches of the subject concerned; expiry is checked once per tick.
 * One thread judges, and exists only while a watch is open. Thread-safe.
 */
final class Watches implements FactListener, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Watches.class);

    /** Facts are used this many times within their maximum age, so that they are read again before they exceed it. */
    private static final int USES_PER_AGE = 5;

    private static final Duration LONGEST_TICK = Duration.ofSeconds(1);
    private static final Duration SHORTEST_TICK = Duration.ofMillis(50);

    /** If more changes than this are reported at once, they count as one change of everything. */
    private static final int MAX_REPORTS = 10_000;

    private final WatchJudge judge;
    private final AccessTokenVerifier verifier;
    private final SteadyClock clock;
    private final int max;
    private final WatchThread thread;

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong numbers = new AtomicLong();
    private final Map<Subject, Set<Watch>> bySubject = new ConcurrentHashMap<>();
    private final Map<KeyUse.Key, KeyUse> keys = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Expiry, Watch> expiries = new ConcurrentSkipListMap<>();

    private final Set<Subject> read = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean isEverythingRead = new AtomicBoolean();
    private final Set<PermissionChange> reports = ConcurrentHashMap.newKeySet();
    private final Set<Watch> undecided = ConcurrentHashMap.newKeySet();

    /**
     * @param max how many watches may be open at once
     * @param maxAge the usual age of facts
     */
    Watches(WatchJudge judge, AccessTokenVerifier verifier, SteadyClock clock, int max, Duration maxAge) {
        this(judge, verifier, clock, max, maxAge, WatchThread::daemon);
    }

    Watches(
            WatchJudge judge,
            AccessTokenVerifier verifier,
            SteadyClock clock,
            int max,
            Duration maxAge,
            ThreadFactory threads) {
        this.judge = judge;
        this.verifier = verifier;
        this.clock = clock;
        this.max = max;
        this.thread = new WatchThread(this::tick, this::drain, () -> open.get() > 0, tick(maxAge), threads);
    }

    private static Duration tick(Duration maxAge) {
        Duration part = maxAge.dividedBy(USES_PER_AGE);
        Duration atLeast = part.compareTo(SHORTEST_TICK) < 0 ? SHORTEST_TICK : part;
        return atLeast.compareTo(LONGEST_TICK) > 0 ? LONGEST_TICK : atLeast;
    }

    int open() {
        return open.get();
    }

    Instant now() {
        return clock.wallClock().instant();
    }

    /**
     * @throws TooManyWatchesException if the maximum number is open
     */
    Watch open(Decision granted, Watch.Authorizer authorizer, WatchListener listener) {
        Watch.Entry entry = entry(granted);
        Watch watch = new Watch(this, entry, authorizer, listener);
        count();
        use(entry);
        index(watch, granted.token().subject());
        addExpiry(watch, entry);
        // Reads between the decision and this moment found no watch to judge.
        read(granted.token().subject());
        return watch;
    }

    /** Counts a watch. If there is no space or no thread for it, it does not count. */
    private void count() {
        boolean isCounted = false;
        try {
            if (open.incrementAndGet() > max) {
                throw new TooManyWatchesException(max);
            }
            thread.start();
            isCounted = true;
        } finally {
            if (!isCounted) {
                open.decrementAndGet();
            }
        }
    }

    Watch.Entry entry(Decision granted) {
        return new Watch.Entry(granted, judge.key(granted), expiry(granted));
    }

    private Expiry expiry(Decision granted) {
        return new Expiry(granted.token(), numbers.incrementAndGet());
    }

    private void index(Watch watch, Subject subject) {
        bySubject.compute(subject, (same, known) -> {
            Set<Watch> watches = known == null ? ConcurrentHashMap.newKeySet(1) : known;
            watches.add(watch);
            return watches;
        });
    }

    /** The facts behind an entry stay in use until it is released. */
    void use(Watch.Entry entry) {
        keys.compute(entry.key(), (key, known) -> known == null ? new KeyUse(1, firstUse(key)) : known.with(1));
    }

    void release(Watch.Entry entry) {
        keys.computeIfPresent(entry.key(), (key, known) -> known.watches() == 1 ? null : known.with(-1));
    }

    private void addExpiry(Watch watch, Watch.Entry entry) {
        expiries.put(entry.expiry(), watch);
        if (!watch.isOpen()) {
            expiries.remove(entry.expiry());
        }
    }

    /** Spreads the work over time, even if all watches were opened at the same time. */
    private long firstUse(KeyUse.Key key) {
        return clock.nanos() + Math.floorMod(key.hashCode() * 0x9E3779B9L, Math.max(period(key), 1));
    }

    private static long period(KeyUse.Key key) {
        return key.maxAge().toNanos() / USES_PER_AGE;
    }

    void renewed(Watch watch, Watch.Entry before, Watch.Entry after) {
        addExpiry(watch, after);
        expiries.remove(before.expiry());
        release(before);
        read(after.granted().token().subject());
    }

    void removed(Watch watch, Watch.Entry entry) {
        expiries.remove(entry.expiry());
        release(entry);
        undecided.remove(watch);
        bySubject.computeIfPresent(entry.granted().token().subject(), (subject, watches) -> {
            watches.remove(watch);
            return watches.isEmpty() ? null : watches;
        });
    }

    void uncount() {
        open.decrementAndGet();
    }

    void notify(WatchListener listener, Consumer<WatchListener> event) {
        try {
            event.accept(listener);
        } catch (RuntimeException | Error e) {
            log.warn("The listener of a watch failed, so a watched access may not have ended", e);
        }
    }

    // Changes of facts

    @Override
    public void read(Subject subject) {
        if (bySubject.containsKey(subject)) {
            read.add(subject);
            thread.wake();
        }
    }

    @Override
    public void readForAll() {
        if (open.get() > 0) {
            isEverythingRead.set(true);
            thread.wake();
        }
    }

    @Override
    public void reported(PermissionChange change) {
        if (open.get() > 0) {
            reports.add(reports.size() < MAX_REPORTS ? change : new PermissionChange.OfEverything());
            thread.wake();
        }
    }

    /**
     * Judges the watches of facts that were read since the last run, and requests reads of facts that were reported to have
     * changed.
     */
    private void drain() {
        forEachTaken(
                reports,
                report -> keys.keySet().stream()
                        .filter(key -> concerns(report, key))
                        .forEach(judge::refresh));
        if (isEverythingRead.getAndSet(false)) {
            bySubject.values().forEach(this::judge);
        }
        forEachTaken(read, subject -> {
            Set<Watch> watches = bySubject.getOrDefault(subject, Set.of());
            judge(watches);
            watches.forEach(this::useAgain);
        });
    }

    /** Removes each element before processing it, so that an element that is added meanwhile is not lost. */
    private static <T> void forEachTaken(Set<T> elements, Consumer<T> work) {
        Iterator<T> each = elements.iterator();
        while (each.hasNext()) {
            T element = each.next();
            each.remove();
            work.accept(element);
        }
    }

    /**
     * A loss binds together with all facts that are read after it was noticed. They are read at once, as for a request, and the
     * watch is judged again until then.
     */
    private void useAgain(Watch watch) {
        Watch.Entry entry = watch.unreported();
        if (entry != null && judge.refresh(entry.key(), entry.granted())) {
            judgeLater(watch);
        }
    }

    private void judgeLater(Watch watch) {
        undecided.add(watch);
        if (!watch.isOpen()) {
            undecided.remove(watch);
        }
    }

    private static boolean concerns(PermissionChange report, KeyUse.Key key) {
        if (report instanceof PermissionChange.OfMember of) {
            return of.subject().equals(key.permissions().subject())
                    && of.organization().equals(key.permissions().organization());
        }
        if (report instanceof PermissionChange.OfSubject of) {
            return of.subject().equals(key.permissions().subject());
        }
        return !(report instanceof PermissionChange.OfOrganization of)
                || of.organization().equals(key.permissions().organization());
    }

    private void judge(Set<Watch> watches) {
        watches.forEach(this::judge);
    }

    private void judge(Watch watch) {
        undecided.remove(watch);
        Watch.Entry entry = watch.unreported();
        if (entry == null || !judge.isSuspect(entry.granted())) {
            watch.refreshed();
            return;
        }
        Decision again = watch.authorizeAgain(entry.granted());
        Denial loss = judge.confirmed(again);
        if (loss != null) {
            watch.finish(entry, WatchEnd.lost(loss, again, judge.isEnforced(), now()));
        } else if (again.live() == null && watch.isOpen()) {
            judgeLater(watch);
            return;
        }
        watch.refreshed();
    }

    // The passing of time

    /** Ends expired watches, keeps the facts of open ones in use, and judges undecided ones again. */
    void tick() {
        endExpired();
        useFacts(clock.nanos());
        undecided.forEach(watch -> {
            judge(watch);
            useAgain(watch);
        });
    }

    private void endExpired() {
        for (Map.Entry<Expiry, Watch> first = expiries.firstEntry();
                first != null && verifier.isExpired(first.getKey().token());
                first = expiries.firstEntry()) {
            expiries.remove(first.getKey());
            first.getValue().expired(first.getKey(), judge.isEnforced());
        }
    }

    private void useFacts(long now) {
        keys.forEach((key, use) -> {
            if (use.dueAt() <= now) {
                keys.computeIfPresent(key, (same, known) -> known.dueAt(now + period(key)));
                judge.refresh(key);
            }
        });
    }

    /** Whether there are no watches. */
    boolean isForgotten() {
        return bySubject.isEmpty() && keys.isEmpty() && expiries.isEmpty() && undecided.isEmpty();
    }

    /** Whether the thread that judges watches has ever run. */
    boolean hasWorked() {
        return thread.hasRun();
    }

    /** Whether nothing is left to do: there is no watch, no news about facts, and no thread. */
    boolean isIdle() {
        return isForgotten() && read.isEmpty() && reports.isEmpty() && !isEverythingRead.get() && thread.isGone();
    }

    @Override
    public void close() {
        thread.close();
    }
}
