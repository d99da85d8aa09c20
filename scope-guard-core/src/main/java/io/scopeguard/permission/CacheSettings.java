package io.scopeguard.permission;

import java.time.Duration;

/**
 * How live permissions are kept.
 *
 * @param maxAge the usual age from which facts are read again
 * @param maxStale the usual age beyond which they are no answer
 * @param maxWait how long a request waits for a read
 * @param maxEntries how many facts about subjects are kept; long ids count for several
 * @param idle after which time without use a fact is dropped
 */
public record CacheSettings(Duration maxAge, Duration maxStale, Duration maxWait, long maxEntries, Duration idle) {

    /** Read after 30 seconds, no answer after five minutes, requests wait two seconds, 100,000 facts for a day. */
    public static final CacheSettings DEFAULT = new CacheSettings(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(2), 100_000, Duration.ofHours(24));

    /** The same settings with these ages. */
    public CacheSettings withAges(Duration maxAge, Duration maxStale) {
        return new CacheSettings(maxAge, maxStale, maxWait, maxEntries, idle);
    }
}
