package io.scopeguard.permission;

import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.TimeMeter;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The same service as in {@link FreshnessSimulation} while roles change and the provider fails: what is granted is compared with
 * what is held.
 */
final class ChangeSimulation {

    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration MAX_STALE = Duration.ofMinutes(5);
    private static final Duration MAX_WAIT = Duration.ofSeconds(2);

    private final Random random = new Random(1);
    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final VirtualExecutor executor = new VirtualExecutor();
    private final List<PermissionKey> callers;
    private final ChangingProvider provider;
    private final PermissionCache cache;
    private final double nanosBetweenRequests;
    private final Map<PermissionKey, Long> lostAt = new HashMap<>();

    private Counts counts = new Counts();
    private long now;
    private long nextRequest;

    /**
     * @param crowd everybody on the provider's pages
     * @param callers those of them who make requests
     */
    ChangeSimulation(Crowd crowd, List<PermissionKey> callers, int requestsPerSecond, int callsPerSecond) {
        this.callers = callers;
        this.nanosBetweenRequests = 1e9 / requestsPerSecond;
        this.provider = new ChangingProvider(crowd, CallBudget.perSecond(callsPerSecond, new Meter(), new Park()));
        this.cache = new PermissionCache(
                provider,
                steady,
                new CacheSettings(MAX_AGE, MAX_STALE, MAX_WAIT, 2L * callers.size(), Duration.ofHours(1)),
                FactExchange.NONE,
                executor);
    }

    ChangingProvider provider() {
        return provider;
    }

    /** Begins with all callers known. */
    void warmUp(Duration time) {
        callers.forEach(this::ask);
        provider.meter();
        observe(time);
    }

    /** Takes the right to edit from some of the callers. */
    void demote(int percent) {
        for (int i = 0; i < callers.size(); i++) {
            if (i % 100 < percent) {
                provider.demote(callers.get(i));
                lostAt.put(callers.get(i), now);
            }
        }
    }

    /** What is seen of the requests in the time to come. */
    Counts observe(Duration time) {
        counts = new Counts();
        int callsBefore = provider.calls();
        long end = now + time.toNanos();
        while (now < end) {
            if (!executor.step()) {
                pass(nextRequest - now);
            }
        }
        counts.calls = provider.calls() - callsBefore;
        return counts;
    }

    private void pass(long nanos) {
        long end = now + nanos;
        while (nextRequest <= end) {
            moveTo(nextRequest);
            nextRequest += (long) (-Math.log(1 - random.nextDouble()) * nanosBetweenRequests);
            ask(callers.get(random.nextInt(callers.size())));
        }
        moveTo(end);
    }

    private void ask(PermissionKey key) {
        try {
            Freshness freshness = Freshness.of(MAX_AGE, MAX_STALE, steady.nanos());
            LivePermissions live = cache.get(key, freshness, ChangingProvider.TOKEN);
            counts.ages.add(Math.max(steady.nanos() - live.readAt(), 0));
            judge(live.granted().contains(ChangingProvider.EDIT), lostAt.get(key));
        } catch (PermissionsUnavailableException e) {
            counts.unanswered++;
        }
    }

    private void judge(boolean granted, @Nullable Long lost) {
        if (lost == null) {
            counts.wrongLosses += granted ? 0 : 1;
        } else if (granted) {
            counts.goneAfter = Math.max(counts.goneAfter, (now - lost) / 1e9);
        }
    }

    private void moveTo(long time) {
        clock.advance(Duration.ofNanos(time - now));
        now = time;
    }

    /** What was seen in some time. */
    static final class Counts {

        private final Ages ages = new Ages((int) MAX_STALE.toSeconds());
        private int unanswered;
        private int wrongLosses;
        private double goneAfter;
        private int calls;

        Ages ages() {
            return ages;
        }

        /** Requests without live permissions. */
        int unanswered() {
            return unanswered;
        }

        double live() {
            return (double) ages.answers() / Math.max(ages.answers() + unanswered, 1);
        }

        /** Answers that lacked a right which was never lost. */
        int wrongLosses() {
            return wrongLosses;
        }

        /** For how many seconds a right that is gone was granted at most. */
        double goneAfter() {
            return goneAfter;
        }

        int calls() {
            return calls;
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
