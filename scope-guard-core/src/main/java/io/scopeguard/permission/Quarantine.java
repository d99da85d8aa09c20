package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/** Implausible answers, which are believed only if a second pass shows the same a minute later. Bounded and thread-safe. */
final class Quarantine {

    private static final long FIRST_PASS = Duration.ofMinutes(1).toNanos();

    /** An implausible answer later than this is another incident, not a second pass. */
    private static final long MEMORY = Duration.ofMinutes(10).toNanos();

    private static final long MAX_ENTRIES = 100_000;

    private final Cache<FactKey, Long> since = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ENTRIES)
            .build();

    /** The ruling about an implausible answer. */
    enum Ruling {
        /** It is the first of its kind: not believed. */
        FIRST,
        /** It was seen less than a minute ago: still not believed. */
        AGAIN,
        /** It lasted: believed. */
        BELIEVED
    }

    /** Takes in an implausible answer about something, read at this time. */
    Ruling judge(FactKey what, long readAt) {
        Long first = since.asMap()
                .compute(what, (key, known) -> known == null || readAt - known > MEMORY ? Long.valueOf(readAt) : known);
        long age = readAt - (first == null ? readAt : first);
        if (age == 0) {
            return Ruling.FIRST;
        }
        if (age < FIRST_PASS) {
            return Ruling.AGAIN;
        }
        since.invalidate(what);
        return Ruling.BELIEVED;
    }

    /** Whether implausible answers about something wait for a second pass. */
    boolean holds(FactKey what) {
        return since.getIfPresent(what) != null;
    }

    /** A plausible answer ends the quarantine. */
    void clear(FactKey what) {
        if (!since.asMap().isEmpty()) {
            since.invalidate(what);
        }
    }
}
