package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.token.Subject;
import java.time.Duration;

/**
 * Keeps one subject from using up the budget of all: requests that ask for a read of their own get a few at once, then one a
 * second. Bounded, thread-safe.
 */
final class SubjectFloor {

    private static final int BURST = 10;
    private static final long INTERVAL = Duration.ofSeconds(1).toNanos();
    private static final long MAX_SUBJECTS = 100_000;

    /** When each subject's reads so far would have been done at one a second. */
    private final Cache<Subject, Long> paidUntil =
            Caffeine.newBuilder().maximumSize(MAX_SUBJECTS).build();

    /** How long the subject's next read has to wait, in nanoseconds; with nothing to wait for, it is taken for begun. */
    synchronized long take(Subject subject, long now) {
        Long last = paidUntil.getIfPresent(subject);
        long from = last == null ? now : Math.max(last, now);
        long early = from + INTERVAL - (now + BURST * INTERVAL);
        if (early > 0) {
            return early;
        }
        paidUntil.put(subject, from + INTERVAL);
        return 0;
    }
}
