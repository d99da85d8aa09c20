package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.provider.Subject;
import java.time.Duration;

/**
 * Limits individual reads: each subject gets a few at once, then one a second. Bounded, thread-safe.
 */
final class PerSubjectLimit {

    private static final int BURST = 10;
    private static final long INTERVAL = Duration.ofSeconds(1).toNanos();
    private static final long MAX_SUBJECTS = 100_000;

    /** When the reads of each subject so far would be done at one a second. */
    private final Cache<Subject, Long> paidUntil = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_SUBJECTS)
            .build();

    /** How many nanoseconds the next read of the subject has to wait; zero takes it. */
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
