package io.scopeguard;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens deserve another read before they are contradicted: those that may be newer than what was read. Once a token,
 * at most once a second for a subject's permissions. Bounded, thread-safe.
 */
final class SecondLooks {

    /** By how much the issuer's clock and ours may differ before a token is certainly older than a read. */
    private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(5);

    private static final Duration FLOOR = Duration.ofSeconds(1);
    private static final long MAX_ENTRIES = 100_000;

    private final Cache<String, Instant> firstSeen = Caffeine.newBuilder()
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(Duration.ofHours(1))
            .build();
    private final Cache<PermissionKey, Instant> lastLook = Caffeine.newBuilder()
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    /**
     * When the read must begin at the earliest on which the token may be contradicted, or {@code null} if this one will do.
     *
     * @param now when the request arrived
     */
    @Nullable
    Instant due(AccessToken token, LivePermissions live, Instant now) {
        if (isOlder(token, live)) {
            return null;
        }
        Instant seen = firstSeen.get(token.fingerprint(), fingerprint -> now);
        if (!live.asOf().isBefore(seen)) {
            return null;
        }
        // A look within the last second serves this token too if it began late enough: it may still be under way, or
        // have failed.
        return lookOf(PermissionKey.of(token), now).isBefore(seen) ? null : seen;
    }

    /** Whether the token was certainly issued before the permissions were read. */
    static boolean isOlder(AccessToken token, LivePermissions live) {
        return live.asOf().isAfter(token.issuedAt().plus(CLOCK_TOLERANCE));
    }

    /** When the last look at these permissions began: now, if the one before is a second ago. */
    private Instant lookOf(PermissionKey key, Instant now) {
        return lastLook.asMap().merge(key, now, (last, ignored) -> now.isBefore(last.plus(FLOOR)) ? last : now);
    }
}
