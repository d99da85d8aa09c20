package io.scopeguard.permission;

import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.TimeMeter;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.Random;

/**
 * One service whose users ask at random, for hours in seconds: the cache, its reads and the budget are the real ones, on one
 * thread and in virtual time. The provider takes none. A request never waits: a read that it needs is made at once, and the
 * budget owes the wait to those that come later.
 */
final class FreshnessSimulation {

    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration MAX_STALE = Duration.ofMinutes(5);
    private static final Duration MAX_WAIT = Duration.ofSeconds(2);
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration GIVE_UP = Duration.ofMinutes(20);

    private final Crowd crowd;
    private final Random random = new Random(1);
    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final VirtualExecutor executor = new VirtualExecutor();
    private final MeteredProvider provider;
    private final PermissionCache cache;
    private final double nanosBetweenRequests;

    private Ages ages = ages();
    private int unanswered;
    private long now;
    private long nextRequest;

    /**
     * @param hasList whether the provider lets members be read by the page
     */
    FreshnessSimulation(Crowd crowd, int requestsPerSecond, int callsPerSecond, boolean hasList) {
        this.crowd = crowd;
        this.nanosBetweenRequests = 1e9 / requestsPerSecond;
        this.provider =
                new MeteredProvider(crowd, CallBudget.perSecond(callsPerSecond, new Meter(), new Park()), hasList);
        this.cache = new PermissionCache(
                provider,
                steady,
                new CacheSettings(
                        MAX_AGE, MAX_STALE, MAX_WAIT, 2L * crowd.users().size(), Duration.ofHours(1)),
                FactExchange.NONE,
                executor);
    }

    /** Begins with everybody known, as after a day of work, and measures once that has been read again. */
    Outcome run(Duration warmUp, Duration measured) {
        crowd.users().forEach(this::ask);
        provider.meter();
        runUntil(now + warmUp.toNanos());
        int callsBefore = provider.calls();
        ages = ages();
        unanswered = 0;
        long begin = now;
        runUntil(now + measured.toNanos());
        return new Outcome(ages, unanswered, provider.calls() - callsBefore, Duration.ofNanos(now - begin));
    }

    /** Begins with nobody known: how long it takes until all requests are answered. */
    Duration recoverFromStart() {
        provider.meter();
        return recover();
    }

    /** Begins with everybody known too long ago. */
    Duration recoverFromOutage() {
        crowd.users().forEach(this::ask);
        provider.meter();
        moveTo(now + 2 * MAX_STALE.toNanos());
        nextRequest = now;
        return recover();
    }

    private Duration recover() {
        long begin = now;
        do {
            unanswered = 0;
            runUntil(now + STEP.toNanos());
        } while (unanswered > 0 && now - begin < GIVE_UP.toNanos());
        return Duration.ofNanos(now - begin);
    }

    private void runUntil(long end) {
        while (now < end) {
            if (!executor.step()) {
                pass(nextRequest - now);
            }
        }
    }

    /** Lets time pass, in which requests come. */
    private void pass(long nanos) {
        long end = now + nanos;
        while (nextRequest <= end) {
            moveTo(nextRequest);
            nextRequest += (long) (-Math.log(1 - random.nextDouble()) * nanosBetweenRequests);
            ask(crowd.users().get(random.nextInt(crowd.users().size())));
        }
        moveTo(end);
    }

    private void ask(PermissionKey key) {
        try {
            LivePermissions live = cache.get(key, freshness(), MeteredProvider.SCOPES);
            ages.add(Math.max(steady.nanos() - live.readAt(), 0));
        } catch (PermissionsUnavailableException e) {
            unanswered++;
        }
    }

    private Freshness freshness() {
        return Freshness.of(MAX_AGE, MAX_STALE, steady.nanos());
    }

    private void moveTo(long time) {
        clock.advance(Duration.ofNanos(time - now));
        now = time;
    }

    private static Ages ages() {
        return new Ages((int) MAX_STALE.toSeconds());
    }

    /**
     * What came of it.
     *
     * @param unanswered how many requests got no live permissions
     * @param calls made to the provider
     * @param measured how long, to the end of the last read
     */
    record Outcome(Ages ages, int unanswered, int calls, Duration measured) {

        double callsPerSecond() {
            return calls * 1e3 / measured.toMillis();
        }
    }

    private final class Meter implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            return now;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }

    private final class Park implements BlockingStrategy {

        @Override
        public void park(long nanos) {
            if (!executor.isAwaited()) {
                pass(nanos);
            }
        }
    }
}
