package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.Holding;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.permission.read.ReadingWay.Situation;
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
 *
 * @hidden
 */
@Internal
public final class MemberSweep {

    /** If the last page with a member is this old, the member is read alone. */
    private static final long RECENT = Duration.ofSeconds(30).toNanos();

    private static final long SLOW = Duration.ofSeconds(60).toNanos();

    /** The pause before the pages are read again in the background if losses on them are doubted. */
    private static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private static final int MAX_WAITING = 10_000;
    private static final int UNKNOWN = 0;
    private static final long NEVER = Long.MIN_VALUE;

    /**
     * The requests that wait for a member.
     *
     * @param isCounted whether the member counts as used only because of these requests
     */
    private record Waiter(boolean isCounted, CompletableFuture<Void> found) {}

    /** The answer of a page about a member, with its time. */
    public record Seen(Holding holding, ReadTimes times) {}

    /**
     * Losses on a page.
     *
     * @param firstReads the first answers that showed them
     * @param isMass whether so many members have lost their standing that each loss must persist
     * @param noticed when the losses were noticed: a confirming read begins later
     */
    record Unconfirmed(Map<String, Seen> firstReads, boolean isMass, long noticed) {}

    private final UsePeriod period = new UsePeriod() {
        @Override
        int takeUses() {
            return usedNow.getAndSet(0);
        }
    };
    private final AtomicInteger usedNow = new AtomicInteger();
    private final AtomicInteger everUsed = new AtomicInteger();
    private final Map<String, Waiter> waiting = new ConcurrentHashMap<>(2);

    /** Empty in most organizations and created on demand, because there may be very many organizations. */
    private volatile Map<String, Long> leftOut = Map.of();

    private volatile Map<String, Long> absent = Map.of();
    /** Whether the last complete pass was empty. A faulty provider may return the same, so single reads have to confirm it. */
    private volatile boolean isEmptied;

    private volatile int pages = UNKNOWN;
    private volatile long passedAt = Long.MIN_VALUE;
    /** The end of the last pass, if losses on it are doubted. */
    private volatile long doubtedAt = NEVER;

    private boolean isDoubted;
    private volatile @Nullable Pass<Seen> pass;
    private @Nullable ReportedReads reported;
    private List<String> inUse = List.of();
    private Set<String> found = Set.of();
    private @Nullable Unconfirmed unconfirmed;

    /** Counts a member as used in a period. */
    public void countUse(byte now, boolean isFirst) {
        if (isFirst) {
            everUsed.incrementAndGet();
        }
        period.begin(now);
        usedNow.incrementAndGet();
    }

    /** The number of recently requested members. */
    int active() {
        return Math.max(usedNow.get(), period.before());
    }

    /**
     * The estimated number of members that were recently requested at any of several processes. The others request the same members
     * or further ones, but hardly more than were ever requested here.
     */
    private int active(int readers) {
        return Math.min(active() * readers, known());
    }

    /** The number of members that were requested here, recently or ever. */
    private int known() {
        return Math.max(active(), everUsed());
    }

    /** The number of members that were ever requested and whose facts are still stored. */
    int everUsed() {
        return everUsed.get();
    }

    /** The estimated number of pages. */
    public int pages() {
        return Math.max(pages, 1);
    }

    /**
     * Registers a request for a member that has to be read. If the request stops waiting, the member still counts as requested.
     *
     * @param isUnknown whether no fact about the member counts as used
     * @return completes when the member is found, or is missing from a complete pass; {@code null} if too many members are waited for
     */
    public @Nullable CompletableFuture<Void> addWaiting(String user, boolean isUnknown) {
        Waiter known = waiting.get(user);
        if (known != null || waiting.size() >= MAX_WAITING) {
            return known == null ? null : known.found();
        }
        return waiting.computeIfAbsent(user, id -> {
                    usedNow.addAndGet(isUnknown ? 1 : 0);
                    return new Waiter(isUnknown, new CompletableFuture<>());
                })
                .found();
    }

    /** The members that requests wait for. */
    Set<String> waiting() {
        return Set.copyOf(waiting.keySet());
    }

    boolean isWanted(String user) {
        return waiting.containsKey(user);
    }

    /** The member was read, so its waiting requests continue. */
    public void found(String user) {
        Waiter waits = waiting.remove(user);
        remove(leftOut, user);
        remove(absent, user);
        if (waits != null) {
            // The request is counted again when it uses the fact.
            usedNow.updateAndGet(used -> Math.max(used - (waits.isCounted() ? 1 : 0), 0));
            waits.found().complete(null);
        }
    }

    private static void remove(Map<String, Long> map, String user) {
        if (!map.isEmpty()) {
            map.remove(user);
        }
    }

    /** Whether so few members are requested that reading the remaining pages is not worthwhile. */
    boolean isOversized() {
        return Math.max(known(), waiting.size()) < pages();
    }

    /** The answer of the current pass about a member that was requested after its page was read. */
    public @Nullable Seen seen(String user) {
        Pass<Seen> current = pass;
        return current == null ? null : current.seen().get(user);
    }

    /**
     * The way to read a member.
     *
     * @param isReported whether a change of this very member was reported
     * @param readers the number of processes that the pages are read for
     */
    public ReadingWay way(
            String user,
            @Nullable SubjectFact known,
            ProviderTraits traits,
            boolean isReported,
            boolean isForeground,
            boolean isCrowded,
            int readers,
            long now) {
        Pass<Seen> current = pass;
        int left = current == null ? 0 : Math.max(pages() - current.pages(), 1);
        return ReadingWay.choose(new Situation(
                traits.listsMembers(),
                isReported ? reported(user, now) : 0,
                isForeground,
                isCrowded,
                isLeftOut(user, known, traits.confirmationCalls(), now),
                pages == UNKNOWN,
                waiting.size(),
                isSlow(known, now) ? known() : active(readers),
                pages(),
                left));
    }

    private synchronized int reported(String user, long now) {
        if (reported == null) {
            reported = new ReportedReads();
        }
        return reported.count(user, pages(), now);
    }

    /** If reads are this late, rarely requested members are requested again before their turn. */
    private static boolean isSlow(@Nullable SubjectFact fact, long now) {
        return fact != null && now - fact.readAt() > SLOW;
    }

    private boolean isLeftOut(String user, @Nullable SubjectFact known, int confirmationCalls, long now) {
        if (absent.containsKey(user)) {
            // The confirming read is another pass if that takes fewer calls than reading each of them alone.
            return isEmptied || (long) absent.size() * confirmationCalls <= pages();
        }
        if (known != null) {
            return known.readAt() < passedAt;
        }
        Long since = leftOut.get(user);
        return since != null && now - since < RECENT;
    }

    /** The time at which a complete pass first lacked the member, or {@code null}. */
    @Nullable
    Long absentSince(String user) {
        return absent.get(user);
    }

    /** The current pass; a new one if there is none. */
    Pass<Seen> pass(long now) {
        Pass<Seen> current = pass;
        if (current == null) {
            current = new Pass<>(now);
            pass = current;
            isDoubted = false;
            found = new HashSet<>();
        }
        return current;
    }

    public boolean isUnderWay() {
        return pass != null;
    }

    /** Abandons the pass. The members on its remaining pages do not count as missing. */
    void abandon() {
        pass = null;
        unconfirmed = null;
    }

    /** The losses on the page of the last call, if they wait for a confirming read. */
    @Nullable
    Unconfirmed unconfirmed() {
        return unconfirmed;
    }

    void unconfirmed(@Nullable Unconfirmed losses) {
        unconfirmed = losses;
    }

    /** Records that a fact about the member is stored. */
    void isInUse(String user) {
        found.add(user);
    }

    int inUse() {
        return inUse.size();
    }

    /**
     * Takes note that losses on a page of the pass are doubted.
     *
     * @return whether those are the first ones since a pass without doubt
     */
    boolean doubt() {
        boolean isFirst = !isDoubted && doubtedAt == NEVER;
        isDoubted = true;
        return isFirst;
    }

    /** Whether it is too early to read pages again because of their age: doubted losses must persist for a minute. */
    public boolean isPaused(long now) {
        long doubted = doubtedAt;
        return doubted != NEVER && now - doubted < PAUSE;
    }

    /** The estimated number of pages of the organization. */
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
     * @return the members in use that the pass lacked
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
        inUse = new ArrayList<>(found);
        found = Set.of();
        everUsed.set(inUse.size() + missing.size());
        leaveOutUnseen(finished, now);
        return missing;
    }

    private void leaveOutUnseen(Pass<Seen> finished, long now) {
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

    /** The missing members, each with the time at which the absence was first noticed. */
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
     * @param areMany whether they are so many that the pages are read again, instead of each member alone
     */
    void keepWatching(List<String> missing, boolean areMany, Pass<Seen> finished, long now) {
        if (areMany || isDoubted) {
            doubtedAt = now;
        } else {
            passedAt = finished.readAt();
            doubtedAt = NEVER;
        }
        if (!missing.isEmpty()) {
            inUse.addAll(missing);
        }
    }
}
