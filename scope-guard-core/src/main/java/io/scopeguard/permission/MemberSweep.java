package io.scopeguard.permission;

import io.scopeguard.permission.ReadingWay.Situation;
import io.scopeguard.provider.Page;
import io.scopeguard.provider.ProviderTraits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The state of reading the members of one organization by page: the number in use, the waiting members, and the pass under way.
 * Thread-safe; only one flight at a time walks the pass.
 */
final class MemberSweep {

    /** A member that was last on a page this long ago is read alone. */
    private static final long RECENT = Duration.ofSeconds(30).toNanos();

    private static final long SLOW = Duration.ofSeconds(60).toNanos();
    private static final int MAX_WAITING = 10_000;
    private static final int UNKNOWN = 0;

    /**
     * Requests that wait for a member.
     *
     * @param isCounted whether the member counts as used only because of this
     */
    private record Waiter(boolean isCounted, CompletableFuture<Void> found) {}

    /** The answer of a page about a member, with its time. */
    record Seen(Holding holding, ReadTimes times) {}

    private final AtomicInteger usedNow = new AtomicInteger();
    private final AtomicInteger everUsed = new AtomicInteger();
    private final Map<String, Waiter> waiting = new ConcurrentHashMap<>(2);

    /** Empty in most organizations, and made when it is needed: there may be very many organizations. */
    private volatile Map<String, Long> leftOut = Map.of();

    private volatile Map<String, Long> absent = Map.of();
    /** Whether the last complete pass was empty: a faulty provider returns that too, so single reads have to confirm it. */
    private volatile boolean isEmptied;

    private volatile byte period;
    private volatile int usedBefore;
    private volatile int pages = UNKNOWN;
    private volatile long passedAt = Long.MIN_VALUE;
    private volatile @Nullable Pass<Seen> pass;
    private List<String> inUse = List.of();
    private List<String> found = List.of();

    /** Counts a member as used in a period. */
    void used(byte now, boolean isFirst) {
        if (isFirst) {
            everUsed.incrementAndGet();
        }
        if (period != now) {
            turn(now);
        }
        usedNow.incrementAndGet();
    }

    private synchronized void turn(byte now) {
        if (period != now) {
            usedBefore = usedNow.getAndSet(0);
            period = now;
        }
    }

    /** How many members requests asked about lately. */
    int active() {
        return Math.max(usedNow.get(), usedBefore);
    }

    /** How many members requests have ever asked about, as far as facts about them are kept. */
    int everUsed() {
        return everUsed.get();
    }

    /** How many pages there are, as far as known. */
    int pages() {
        return Math.max(pages, 1);
    }

    /**
     * A request needs the member and does not have it. That it gives up waiting does not end the need.
     *
     * @param isUnknown whether no fact about the member counts as used
     */
    void miss(String user, boolean isUnknown) {
        if (waiting.size() < MAX_WAITING) {
            waiting.computeIfAbsent(user, id -> {
                usedNow.addAndGet(isUnknown ? 1 : 0);
                return new Waiter(isUnknown, new CompletableFuture<>());
            });
        }
    }

    /** The members that requests wait for. */
    Set<String> waiting() {
        return Set.copyOf(waiting.keySet());
    }

    boolean isWanted(String user) {
        return waiting.containsKey(user);
    }

    /** The member was read; its waiting requests continue. */
    void found(String user) {
        Waiter waits = waiting.remove(user);
        remove(leftOut, user);
        remove(absent, user);
        if (waits != null) {
            // The request counts again when it uses the fact.
            usedNow.updateAndGet(used -> Math.max(used - (waits.isCounted() ? 1 : 0), 0));
            waits.found().complete(null);
        }
    }

    private static void remove(Map<String, Long> map, String user) {
        if (!map.isEmpty()) {
            map.remove(user);
        }
    }

    /** Whether so few members are in demand that the rest of the pages is not worth reading. */
    boolean isOversized() {
        int demand = Math.max(Math.max(active(), everUsed()), waiting.size());
        return demand < pages();
    }

    /** The answer of the pass under way about a member that was requested after its page was read. */
    @Nullable
    Seen seen(String user) {
        Pass<Seen> current = pass;
        return current == null ? null : current.seen().get(user);
    }

    /** Completes when the member was found, or the sweep ends. */
    CompletableFuture<Void> join(String user, CompletableFuture<Void> sweep) {
        Waiter waits = waiting.get(user);
        return waits == null
                ? sweep
                : CompletableFuture.anyOf(waits.found(), sweep).thenApply(done -> null);
    }

    ReadingWay way(
            String user,
            @Nullable SubjectFact known,
            ProviderTraits traits,
            boolean isForeground,
            boolean isCrowded,
            long now) {
        Pass<Seen> current = pass;
        int left = current == null ? 0 : Math.max(pages() - current.pages(), 1);
        return ReadingWay.choose(new Situation(
                traits.listsMembers(),
                isForeground,
                isCrowded,
                isLeftOut(user, known, traits.confirmationCalls(), now),
                pages == UNKNOWN,
                waiting.size(),
                isSlow(known, now) ? everUsed() : active(),
                pages(),
                left));
    }

    /** If reads come this late, rarely requested members are in demand again before their turn. */
    private static boolean isSlow(@Nullable SubjectFact fact, long now) {
        return fact != null && now - fact.readAt() > SLOW;
    }

    private boolean isLeftOut(String user, @Nullable SubjectFact known, int confirmationCalls, long now) {
        if (absent.containsKey(user)) {
            // The confirming read is another pass if that is fewer calls than looking for each of them.
            return isEmptied || (long) absent.size() * confirmationCalls <= pages();
        }
        if (known != null) {
            return known.readAt() < passedAt;
        }
        Long since = leftOut.get(user);
        return since != null && now - since < RECENT;
    }

    /** Since when the member has been missing from a complete pass, or {@code null}. */
    @Nullable
    Long absentSince(String user) {
        return absent.get(user);
    }

    /** The pass to go on with; a new one if there is none. */
    Pass<Seen> pass(long now) {
        Pass<Seen> current = pass;
        if (current == null) {
            current = new Pass<>(now);
            pass = current;
            found = new ArrayList<>(inUse.size());
        }
        return current;
    }

    boolean isUnderWay() {
        return pass != null;
    }

    /** The pass cannot continue. Members of its remaining pages are not missing. */
    void abandon() {
        pass = null;
    }

    /** Notes that a fact about the member is kept. */
    void isInUse(String user) {
        found.add(user);
    }

    int inUse() {
        return inUse.size();
    }

    /** How many pages the organization seems to have. */
    void hasPages(Page<?> page, int pageSize) {
        Pass<Seen> current = pass;
        int read = current == null ? 1 : current.pages();
        int least = page.next() == null ? read : read + 1;
        pages = page.total() == Page.UNKNOWN_TOTAL
                ? Math.max(least, page.next() == null ? 1 : pages())
                : Math.max((page.total() + pageSize - 1) / pageSize, 1);
    }

    /**
     * Ends a complete pass.
     *
     * @return the members in use that it did not contain
     */
    List<String> finish(Pass<Seen> finished, long now) {
        List<String> missing = new ArrayList<>();
        for (String user : inUse) {
            if (!finished.seen().containsKey(user)) {
                missing.add(user);
            }
        }
        pass = null;
        isEmptied = finished.seen().isEmpty();
        inUse = found;
        everUsed.set(found.size() + missing.size());
        leaveOutThoseWhoWait(finished, now);
        return missing;
    }

    private void leaveOutThoseWhoWait(Pass<Seen> finished, long now) {
        Map<String, Long> left = new ConcurrentHashMap<>(leftOut);
        left.values().removeIf(since -> now - since >= RECENT);
        Set<String> unseen = new HashSet<>(waiting.keySet());
        unseen.removeAll(finished.seen().keySet());
        unseen.forEach(user -> left.put(user, now));
        leftOut = left.isEmpty() ? Map.of() : left;
        for (String user : unseen) {
            Waiter waits = waiting.remove(user);
            if (waits != null) {
                waits.found().complete(null);
            }
        }
    }

    /** The missing members, each with the time at which that was first noticed. */
    Map<String, Long> absent(List<String> missing, long noticed) {
        Map<String, Long> before = new ConcurrentHashMap<>(absent);
        before.keySet().retainAll(Set.copyOf(missing));
        Map<String, Long> now = new ConcurrentHashMap<>(before);
        missing.forEach(user -> now.putIfAbsent(user, noticed));
        absent = now.isEmpty() ? Map.of() : now;
        return before;
    }

    /**
     * Missing members whose loss is not believed yet.
     *
     * @param isDoubtful whether they are so many that the pages are read again, rather than each of them alone
     */
    void keepWatching(List<String> missing, boolean isDoubtful, Pass<Seen> finished) {
        if (!isDoubtful) {
            passedAt = finished.readAt();
        }
        if (!missing.isEmpty()) {
            inUse.addAll(missing);
        }
    }
}
