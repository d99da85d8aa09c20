package io.scopeguard.permission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Losses of a provider that lags behind: it may still show the state before a gain. The first look at a loss is kept until the
 * provider's delay has passed; only a look after that counts as the second. Bounded and thread-safe.
 */
final class PendingLosses {

    private static final long MAX_ENTRIES = 100_000;

    private final long delay;
    private final Cache<FactKey, FirstLook> looks = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ENTRIES)
            .build();

    private record FirstLook(Object value, long end) {}

    PendingLosses(Duration delay) {
        this.delay = delay.toNanos();
    }

    /**
     * Takes in a look that shows a loss.
     *
     * @param value the answer of the look, always of the same type for a key
     * @return the answer of the first look, or {@code null} if the delay has not passed since
     */
    <T> @Nullable T settled(FactKey key, T value, Look look) {
        if (delay == 0) {
            return value;
        }
        FirstLook first = looks.asMap().computeIfAbsent(key, same -> new FirstLook(value, look.end()));
        if (look.readAt() - first.end < delay) {
            return null;
        }
        looks.invalidate(key);
        @SuppressWarnings("unchecked")
        T firstValue = (T) first.value;
        return firstValue;
    }

    /** Whether a loss was seen that cannot be believed yet. */
    boolean contains(FactKey key, long now) {
        FirstLook first = delay == 0 ? null : looks.getIfPresent(key);
        return first != null && now - first.end < delay;
    }

    /** Whether a loss was noticed whose second look is due. */
    boolean awaitsSecondLook(FactKey key) {
        return delay != 0 && looks.getIfPresent(key) != null;
    }

    /** A look without a loss ends the matter. */
    void clear(FactKey key) {
        if (delay != 0) {
            looks.invalidate(key);
        }
    }
}
