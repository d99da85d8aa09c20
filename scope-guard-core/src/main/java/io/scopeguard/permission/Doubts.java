package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * What was too implausible to be believed when it was first seen, and is believed when a second pass a minute later shows it
 * too. Bounded; whoever has it sees to it that one thread at a time uses it.
 */
final class Doubts<T> {

    private static final long FIRST_PASS = Duration.ofMinutes(1).toNanos();

    /** What is seen later than this is no second pass, but another trouble. */
    private static final long MEMORY = Duration.ofMinutes(10).toNanos();

    private static final long MAX_DOUBTS = 100_000;

    private final Cache<T, Long> since =
            Caffeine.newBuilder().maximumSize(MAX_DOUBTS).build();

    /** Whether it has been in doubt long enough to be believed if it is seen now. */
    boolean isSecondPass(T what, long now) {
        Long first = since.getIfPresent(what);
        return first != null && now >= first + FIRST_PASS && now <= first + MEMORY;
    }

    /** Doubts it from now on; whether it was not doubted already. */
    boolean add(T what, long now) {
        Long first = since.getIfPresent(what);
        if (first != null && now <= first + MEMORY) {
            return false;
        }
        since.put(what, now);
        return true;
    }

    /** It was not so, or is believed. */
    void remove(T what) {
        since.invalidate(what);
    }
}
