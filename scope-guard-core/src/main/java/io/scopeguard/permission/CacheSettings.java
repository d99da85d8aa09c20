package io.scopeguard.permission;

import java.time.Duration;

/**
 * The settings of the cache of live permissions.
 *
 * @param maxAge the default age from which facts are read again
 * @param maxStale the default age beyond which facts are not used
 * @param maxWait how long a request waits for a read
 * @param maxEntries how many facts about subjects are kept; long ids count for several
 * @param idle the time without use after which a fact is dropped
 * @since 0.1
 */
public record CacheSettings(Duration maxAge, Duration maxStale, Duration maxWait, long maxEntries, Duration idle) {

    /**
     * Facts are read again after 30 seconds and not used after five minutes; requests wait two seconds; 100,000 facts are kept for
     * a day.
     */
    public static final CacheSettings DEFAULT = new CacheSettings(
            Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofSeconds(2), 100_000, Duration.ofHours(24));

    /** The same settings with these ages. */
    public CacheSettings withAges(Duration maxAge, Duration maxStale) {
        return new CacheSettings(maxAge, maxStale, maxWait, maxEntries, idle);
    }
}
