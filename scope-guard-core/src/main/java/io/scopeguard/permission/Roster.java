package io.scopeguard.permission;

import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one organization whether its members are read one by one or by the page: whichever is fewer calls for those that
 * are used. Thread-safe.
 */
final class Roster {

    /** Somebody unknown this soon after all members were read is likely none, and looked for alone. */
    private static final long RECENT = Duration.ofSeconds(30).toNanos();

    private static final int NOT_SWEEPING = 0;

    /** How many readings of members are in use. */
    private final AtomicInteger used = new AtomicInteger();

    /** Whom requests have needed a reading of without getting one yet; no more than it takes to decide. */
    private final Set<Holder> missing = ConcurrentHashMap.newKeySet();

    private int pages = 1;
    private int next = NOT_SWEEPING;
    private long sweepStart = Long.MIN_VALUE;
    private boolean unlisted;

    void use() {
        used.incrementAndGet();
    }

    void forget() {
        used.decrementAndGet();
    }

    synchronized void miss(Holder holder) {
        if (missing.size() <= pages) {
            missing.add(holder);
        }
    }

    void found(Holder holder) {
        missing.remove(holder);
    }

    /**
     * The page to read instead of one member, or zero if that one is better read alone. A request that waits is not made to
     * wait for pages that help others, unless those need them as much: that somebody gave up waiting does not end the need, or
     * reads one by one would use up the budget for ever once there are too many.
     */
    synchronized int pageFor(@Nullable Reading known, Urgency urgency, long now) {
        int demand = missing.size() + (urgency == Urgency.NOW ? 0 : used.get());
        if (unlisted || demand <= pages) {
            return 0;
        }
        int rest = nextPage();
        if (rest != NOT_SWEEPING || isLeftOut(known, now)) {
            return rest;
        }
        sweepStart = now;
        next = 2;
        return 1;
    }

    /** The next page of those that are being read, or zero. */
    synchronized int nextPage() {
        if (next == NOT_SWEEPING || next > pages) {
            next = NOT_SWEEPING;
            return NOT_SWEEPING;
        }
        return next++;
    }

    synchronized boolean isSweeping() {
        return next != NOT_SWEEPING && next <= pages;
    }

    /** How many pages there are, as far as one of them told. The rest is left alone if few enough are wanted from it. */
    synchronized void hasPages(int count) {
        pages = Math.max(count, 1);
        if (isSweeping() && missing.size() + used.get() <= pages - next + 1) {
            abandon();
        }
    }

    /** There is no such list. */
    synchronized void cannotBeListed() {
        unlisted = true;
        next = NOT_SWEEPING;
    }

    /** A page could not be read. If only calls were short, whoever comes next goes on there. */
    synchronized void unread(int page, Reason reason) {
        if (reason == Reason.BUDGET_EXHAUSTED) {
            next = next == NOT_SWEEPING ? page : Math.min(next, page);
        } else {
            abandon();
        }
    }

    /** The rest is not read: who would be on it was not left out. */
    private void abandon() {
        next = NOT_SWEEPING;
        sweepStart = Long.MIN_VALUE;
    }

    /** Whether the last pages did not name the member: another look at them would not either. */
    private boolean isLeftOut(@Nullable Reading known, long now) {
        return sweepStart != Long.MIN_VALUE && (known == null ? now - sweepStart < RECENT : known.asOf() < sweepStart);
    }
}
