package io.scopeguard.permission.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.FactKey;
import io.scopeguard.permission.fact.ReadTimes;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Losses at a provider with a delay, which may still show the state before a gain. The first read that shows a loss is kept until
 * the provider's delay has passed; only a read after that confirms the loss. Bounded and thread-safe.
 *
 * @hidden
 */
@Internal
public final class PendingLosses {

    private static final long MAX_ENTRIES = 100_000;

    private final long delay;
    private final Cache<FactKey, FirstRead> reads = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ENTRIES)
            .build();

    private record FirstRead(Object value, long end) {}

    PendingLosses(Duration delay) {
        this.delay = delay.toNanos();
    }

    /**
     * Records a read that shows a loss.
     *
     * @param value the answer of the read, always of the same type for a key
     * @return the answer of the first such read, or {@code null} if the delay has not passed since then
     */
    <T> @Nullable T firstIfDelayed(FactKey key, T value, ReadTimes times) {
        if (delay == 0) {
            return value;
        }
        FirstRead first = reads.asMap().computeIfAbsent(key, same -> new FirstRead(value, times.end()));
        if (times.readAt() - first.end < delay) {
            return null;
        }
        reads.invalidate(key);
        @SuppressWarnings("unchecked")
        T firstValue = (T) first.value;
        return firstValue;
    }

    /** Whether there is a loss that cannot be believed yet. */
    boolean contains(FactKey key, long now) {
        FirstRead first = delay == 0 ? null : reads.getIfPresent(key);
        return first != null && now - first.end < delay;
    }

    /** Whether there is a loss whose confirming read may begin. */
    boolean awaitsConfirmation(FactKey key) {
        return delay != 0 && reads.getIfPresent(key) != null;
    }

    /** Forgets a loss that a later read did not show. */
    void clear(FactKey key) {
        if (delay != 0) {
            reads.invalidate(key);
        }
    }
}
