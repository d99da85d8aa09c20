package io.scopeguard.permission.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey;
import java.time.Duration;

/**
 * Implausible answers, which are believed only if a second pass shows the same a minute later. Bounded and thread-safe.
 *
 * @hidden
 */
@Internal
public final class Quarantine {

    private static final long FIRST_PASS = Duration.ofMinutes(1).toNanos();

    /** After this time, an implausible answer is a new incident, not a second pass. */
    private static final long MEMORY = Duration.ofMinutes(10).toNanos();

    private static final long MAX_ENTRIES = 100_000;

    private final Cache<FactKey, Long> since = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ENTRIES)
            .build();

    /** The decision about an implausible answer. */
    public enum Ruling {
        /** It is the first implausible answer about its subject: not believed. */
        FIRST,
        /** The first one is less than a minute old: still not believed. */
        AGAIN,
        /** It has persisted: believed. */
        BELIEVED
    }

    /** Records an implausible answer that was read at the given time. */
    public Ruling judge(FactKey what, long readAt) {
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

    /** Whether implausible answers wait for a second pass. */
    boolean holds(FactKey what) {
        return since.getIfPresent(what) != null;
    }

    /** A plausible answer ends the quarantine. */
    public void clear(FactKey what) {
        if (!since.asMap().isEmpty()) {
            since.invalidate(what);
        }
    }
}
