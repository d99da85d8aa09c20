package io.scopeguard;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.IssuerClock;
import io.scopeguard.token.Subject;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens deserve another read before they are contradicted: those that may be newer than what was read. Once a token,
 * at most once a second for a subject. Bounded, thread-safe.
 */
final class SecondLooks {

    private static final Duration FLOOR = Duration.ofSeconds(1);
    private static final long MAX_ENTRIES = 100_000;

    private final IssuerClock issuer;
    private final Cache<String, Instant> firstSeen = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(Duration.ofHours(1))
            .build();
    private final Cache<Subject, Look> lastLook = Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(MAX_ENTRIES)
            .expireAfterWrite(Duration.ofMinutes(1))
            .build();

    SecondLooks(IssuerClock issuer) {
        this.issuer = issuer;
    }

    /**
     * Whether permissions were certainly read after a token was issued.
     *
     * @param now when the request arrived
     */
    boolean isSettled(AccessToken token, LivePermissions live, Instant now) {
        return issuer.isSurelyBefore(token, live.asOf()) || !live.asOf().isBefore(firstSeen(token, now));
    }

    /**
     * When the read must begin at the earliest on which the token may be contradicted, or {@code null} if this one will do, or
     * has to.
     *
     * @param now when the request arrived
     */
    @Nullable
    Instant due(AccessToken token, LivePermissions live, Instant now) {
        if (isSettled(token, live, now)) {
            return null;
        }
        Instant seen = firstSeen(token, now);
        PermissionKey key = PermissionKey.of(token);
        // A look within the last second serves this token too if it began late enough: it may still be under way, or
        // have failed.
        return look(key, now.isBefore(seen) ? seen : now).serves(key, seen) ? seen : null;
    }

    private Instant firstSeen(AccessToken token, Instant now) {
        return firstSeen.get(token.fingerprint(), fingerprint -> now);
    }

    /** The last look at what the subject may do: this one, if the one before is a second ago. */
    private Look look(PermissionKey key, Instant now) {
        return lastLook.asMap()
                .merge(key.subject(), new Look(key, now), (last, next) -> last.isWithinFloor(now) ? last : next);
    }

    private record Look(PermissionKey key, Instant start) {

        boolean isWithinFloor(Instant now) {
            return now.isBefore(start.plus(FLOOR));
        }

        boolean serves(PermissionKey other, Instant seen) {
            return key.equals(other) && !start.isBefore(seen);
        }
    }
}
