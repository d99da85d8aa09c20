package io.scopeguard.permission.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

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
        return judge(what, readAt, readAt);
    }

    /**
     * Records an implausible answer.
     *
     * @param readAt the start of the read
     * @param noticed the time at which the answer was noticed; it is unique
     */
    public Ruling judge(FactKey what, long readAt, long noticed) {
        Long first = since.asMap()
                .compute(
                        what, (key, known) -> known == null || readAt - known > MEMORY ? Long.valueOf(noticed) : known);
        if (first == null || first == noticed) {
            return Ruling.FIRST;
        }
        if (readAt - first < FIRST_PASS) {
            return Ruling.AGAIN;
        }
        since.invalidate(what);
        return Ruling.BELIEVED;
    }

    /** Whether implausible answers wait for a second pass. */
    boolean holds(FactKey what) {
        return since.getIfPresent(what) != null;
    }

    /** The time at which the first of the implausible answers that wait for a second pass was noticed; {@code null} without any. */
    @Nullable
    Long since(FactKey what) {
        return since.getIfPresent(what);
    }

    /** A plausible answer ends the quarantine. */
    public void clear(FactKey what) {
        if (!since.asMap().isEmpty()) {
            since.invalidate(what);
        }
    }
}
