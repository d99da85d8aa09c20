package io.scopeguard;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.permission.LivePermissions;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.Subject;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides which tokens cause another read before they are contradicted: tokens that may be newer than the last read. There is at
 * most one read per token, and one per second and subject. Bounded, thread-safe.
 */
final class RereadPolicy {

    private static final long FLOOR = Duration.ofSeconds(1).toNanos();
    private static final long MAX_ENTRIES = 100_000;

    /** No read may begin while a request waits. */
    static final long NOT_SOON = Long.MAX_VALUE;

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
        if (live.readAt() == Long.MIN_VALUE) {
            // A part of the permissions was never read.
            return false;
        }
        long shownAt = live.readAt() - delay;
        return provider.compare(token.issuedAt(), shownAt) == ProviderClock.Order.BEFORE
                || shownAt >= firstSeen(token, now);
    }

    /**
     * What the token has lost according to permissions of any age. If they were read after it was issued, that is everything that
     * they lack. Otherwise, it is what they were seen to lose, unless the token was certainly issued afterwards.
     *
     * @param now when the request arrived
     */
    BelievedLosses losses(AccessToken token, LivePermissions seen, long now) {
        boolean isAfter = isReadAfter(token, seen, now);
        return new BelievedLosses(token, seen, lostAt -> isAfter || mayBeOlder(token, lostAt));
    }

    private boolean mayBeOlder(AccessToken token, OptionalLong lostAt) {
        return lostAt.isPresent()
                && provider.compare(token.issuedAt(), lostAt.getAsLong()) != ProviderClock.Order.AFTER;
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
     * The earliest start of a read that may contradict the token; {@code null} if the present read suffices. The start is up to a
     * second away if there was another read of the subject just now, and {@link #NOT_SOON} if another read is planned then.
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
        Reread reread = reread(key, Math.max(now, seen), seen, now);
        if (!reread.serves(key, seen)) {
            return NOT_SOON;
        }
        // A read within the last second also serves this token if it began late enough. It may still be in flight, or
        // have failed.
        return reread.isPlanned(now) ? reread.start : seen;
    }

    private long firstSeen(AccessToken token, long now) {
        return firstSeen.get(token.fingerprint(), fingerprint -> now);
    }

    /**
     * The read for this subject that serves the token, or else the one that is planned: now if the last one was more than a second
     * ago, otherwise a second after it.
     *
     * @param start the earliest start
     * @param seen when the token was first seen
     */
    private Reread reread(PermissionKey key, long start, long seen, long now) {
        return lastReread.asMap().merge(key.subject(), new Reread(key, start), (last, next) -> {
            boolean isKept = last.serves(key, seen) ? last.isWithinFloor(start) : last.isPlanned(now);
            return isKept ? last : new Reread(key, Math.max(start, last.start + FLOOR));
        });
    }

    private record Reread(PermissionKey key, long start) {

        boolean isPlanned(long now) {
            return start > now;
        }

        boolean isWithinFloor(long now) {
            return now - start < FLOOR;
        }

        boolean serves(PermissionKey other, long seen) {
            return key.equals(other) && start >= seen;
        }
    }
}
