package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.provider.Subject;
import java.time.Duration;

/**
 * Limits individual reads: a few at once for each subject, then one per second. Bounded, thread-safe.
 */
final class PerSubjectLimit {

    private static final int BURST = 10;
    private static final long INTERVAL = Duration.ofSeconds(1).toNanos();
    private static final long MAX_SUBJECTS = 100_000;

    /** For each subject, the time at which its reads so far would be complete at one per second. */
    private final Cache<Subject, Long> paidUntil = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_SUBJECTS)
            .build();

    /** The nanoseconds that the next read of the subject has to wait. If zero, the read is counted. */
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
