package io.scopeguard;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.Subject;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Decides which tokens cause another read before they are contradicted: tokens that may be newer than the last read. There is at
 * most one read per token, and one per second and subject. Bounded, thread-safe.
 */
final class RereadPolicy {

    private static final long FLOOR = Duration.ofSeconds(1).toNanos();
    private static final long MAX_ENTRIES = 100_000;

    private final ProviderClock provider;
    private final long delay;
    private final Cache<String, Long> firstSeen = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(Duration.ofHours(1))
            .build();
    private final Cache<Subject, Reread> lastReread = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    /**
     * @param delay how long after a change the provider may still return the old state: a read may show the state from that long
     *     before it began
     */
    RereadPolicy(ProviderClock provider, Duration delay) {
        this.provider = provider;
        this.delay = delay.toNanos();
    }

    /**
     * Whether permissions were certainly read after a token was issued.
     *
     * @param now when the request arrived
     */
    boolean isReadAfter(AccessToken token, LivePermissions live, long now) {
        long shownAt = live.readAt() - delay;
        return provider.compare(token.issuedAt(), shownAt) == ProviderClock.Order.BEFORE
                || shownAt >= firstSeen(token, now);
    }

    /**
     * Whether it is too early for a read that shows the state after the token was issued. The live permissions are then unknown for
     * this token.
     *
     * @param now when the request arrived
     */
    boolean isTooEarly(AccessToken token, LivePermissions live, long now) {
        return delay != 0 && now - delay < firstSeen(token, now) && !isReadAfter(token, live, now);
    }

    /**
     * The earliest start of a read that may contradict the token, or {@code null} if the present read suffices or no other is
     * allowed.
     *
     * @param key the key of the permissions that were read
     * @param now when the request arrived
     */
    @Nullable
    Long due(AccessToken token, PermissionKey key, LivePermissions live, long now) {
        if (isReadAfter(token, live, now)) {
            return null;
        }
        long seen = firstSeen(token, now) + delay;
        // A read within the last second also serves this token if it began late enough. It may still be in flight, or
        // have failed.
        return reread(key, Math.max(now, seen)).serves(key, seen) ? seen : null;
    }

    private long firstSeen(AccessToken token, long now) {
        return firstSeen.get(token.fingerprint(), fingerprint -> now);
    }

    /** The last read for this subject. The present read counts if the previous one was more than a second ago. */
    private Reread reread(PermissionKey key, long now) {
        return lastReread
                .asMap()
                .merge(key.subject(), new Reread(key, now), (last, next) -> last.isWithinFloor(now) ? last : next);
    }

    private record Reread(PermissionKey key, long start) {

        boolean isWithinFloor(long now) {
            return now - start < FLOOR;
        }

        boolean serves(PermissionKey other, long seen) {
            return key.equals(other) && start >= seen;
        }
    }
}
