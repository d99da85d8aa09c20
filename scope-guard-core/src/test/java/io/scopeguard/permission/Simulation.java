package io.scopeguard.permission;

import io.github.bucket4j.BlockingStrategy;
import io.github.bucket4j.TimeMeter;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A service whose users make random requests, for hours of virtual time, while roles change and the provider fails. The cache, its
 * reads and the budget are the real ones, on one thread. Calls take no time. A request never waits: a read that it needs is made at
 * once, and later calls wait for the budget instead. The granted rights are compared with the rights that users hold.
 */
final class Simulation {

    static final Duration MAX_AGE = Duration.ofSeconds(30);
    static final Duration MAX_STALE = Duration.ofMinutes(5);

    private static final Duration MAX_WAIT = Duration.ofSeconds(2);
    private static final Duration STEP = Duration.ofSeconds(10);
    private static final Duration GIVE_UP = Duration.ofMinutes(20);
    private static final int FULL_USERS = 100_000;

    /** 30,000 users give the same results as 100,000 in less time. The figures in the documentation are for 100,000. */
    private static final int USERS = Integer.getInteger("simulation.users", 30_000);

    static final Crowd CROWD = new Crowd(USERS, USERS / 100);

    private final Random random = new Random(1);
    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final VirtualExecutor executor = new VirtualExecutor();
    private final List<PermissionKey> callers;
    private final SimulatedProvider provider;
    private final PermissionCache cache;
    private final double nanosBetweenRequests;
    private final Map<PermissionKey, Long> lostAt = new HashMap<>();
    private final Set<PermissionKey> individual = new HashSet<>();

    private Observed observed = new Observed();
    private Runnable change = () -> {};
    private long changePeriod = Long.MAX_VALUE;
    private long nextChange = Long.MAX_VALUE;
    private long now;
    private long nextRequest;

    private Simulation(List<PermissionKey> callers, int callsPerSecond, boolean listsMembers) {
        this.callers = callers;
        this.nanosBetweenRequests = 1e9 * 200 / USERS;
        CallBudget budget = CallBudget.perSecond(scaled(callsPerSecond), new Meter(), new Park());
        this.provider = new SimulatedProvider(CROWD, budget, listsMembers);
        this.cache = new PermissionCache(
                "Test",
                provider,
                steady,
                new CacheSettings(MAX_AGE, MAX_STALE, MAX_WAIT, 2L * callers.size(), Duration.ofHours(1)),
                FactExchange.NONE,
                executor,
                new Sweeps());
    }

    /**
     * A simulation in which each user makes a request every 200 seconds on average.
     *
     * @param callsPerSecond the budget for 100,000 users, scaled to the actual number of users
     */
    static Simulation of(int callsPerSecond) {
        return new Simulation(CROWD.users(), callsPerSecond, true);
    }

    /** The same with a provider that does not list members. */
    static Simulation withoutLists(int callsPerSecond) {
        return new Simulation(CROWD.users(), callsPerSecond, false);
    }

    /** The same, but only some of the users on the provider's pages make requests, or make requests of another kind. */
    static Simulation of(int callsPerSecond, UnaryOperator<List<PermissionKey>> callers) {
        return new Simulation(callers.apply(CROWD.users()), callsPerSecond, true);
    }

    /** The calls per second, scaled from 100,000 users to the actual number of users. */
    static int scaled(int callsPerSecond) {
        return Math.max(callsPerSecond * USERS / FULL_USERS, 1);
    }

    /** The seconds that it takes to read all users once. */
    static double sweep(int callsPerSecond) {
        return (double) CROWD.pages() / scaled(callsPerSecond);
    }

    SimulatedProvider provider() {
        return provider;
    }

    List<PermissionKey> callers() {
        return callers;
    }

    /** Begins with all users known, as after a day of work. */
    Simulation known() {
        callers.forEach(this::ask);
        provider.meter();
        return this;
    }

    /** Begins without any known users. */
    Simulation cold() {
        provider.meter();
        return this;
    }

    /** Removes the right to edit from some of the callers by removing their role. */
    void demote(int percent) {
        for (int i = 0; i < callers.size(); i++) {
            if (i % 100 < percent) {
                provider.demote(callers.get(i));
                lostAt.put(callers.get(i), now);
            }
        }
    }

    /** Records that all users have lost the right to edit. */
    void lostByAll() {
        lostBy(callers);
    }

    /** Records that some of the callers have lost the right to edit. */
    void lostBy(List<PermissionKey> some) {
        some.forEach(key -> lostAt.put(key, now));
    }

    /** Requests of these users demand reads of their own. */
    void demandReads(List<PermissionKey> some) {
        individual.addAll(some);
    }

    /** Removes some users from their organizations. */
    void expel(List<PermissionKey> some) {
        some.forEach(provider::expel);
        lostBy(some);
    }

    /** Repeats a change between requests, while reads are in progress. */
    void repeat(Duration period, Runnable repeated) {
        change = repeated;
        changePeriod = period.toNanos();
        nextChange = now + changePeriod;
    }

    /** Each answer in the background arrives this late. Reads take place one after the other. */
    void latency(Duration latency) {
        provider.latency(() -> {
            if (!executor.isAwaited()) {
                pass(latency.toNanos());
            }
        });
    }

    /** Sets the wall clock forwards or backwards, or lets the machine freeze: it does not notice that time passes. */
    void step(Duration by) {
        clock.step(by);
    }

    /** Lets time pass without requests. */
    void rest(Duration time) {
        moveTo(now + time.toNanos());
        nextRequest = now;
    }

    /** The time until all requests are answered. */
    Duration recover() {
        long begin = now;
        while (observe(STEP).unanswered() > 0 && now - begin < GIVE_UP.toNanos()) {
            // The next step.
        }
        return Duration.ofNanos(now - begin);
    }

    /** The statistics of the requests in the coming period. */
    Observed observe(Duration time) {
        observed = new Observed();
        int callsBefore = provider.calls();
        long begin = now;
        while (now < begin + time.toNanos()) {
            if (!executor.step()) {
                pass(nextRequest - now);
            }
        }
        observed.calls = provider.calls() - callsBefore;
        observed.nanos = now - begin;
        return observed;
    }

    /** Lets time pass with requests. */
    private void pass(long nanos) {
        long end = now + nanos;
        while (nextRequest <= end) {
            moveTo(nextRequest);
            while (nextChange <= now) {
                nextChange += changePeriod;
                change.run();
            }
            nextRequest += (long) (-Math.log(1 - random.nextDouble()) * nanosBetweenRequests);
            ask(callers.get(random.nextInt(callers.size())));
        }
        moveTo(end);
    }

    private void ask(PermissionKey key) {
        try {
            Freshness freshness = individual.contains(key)
                    ? Freshness.within(Duration.ZERO, steady.nanos())
                    : Freshness.of(MAX_AGE, MAX_STALE, steady.nanos());
            LivePermissions live = cache.get(key, freshness, SimulatedProvider.TOKEN);
            observed.ages.add(Math.max(steady.nanos() - live.readAt(), 0));
            judge(live.granted().contains(SimulatedProvider.EDIT), lostAt.get(key));
        } catch (PermissionsUnavailableException e) {
            observed.unanswered++;
        }
    }

    private void judge(boolean granted, @Nullable Long lost) {
        if (lost == null) {
            observed.wrongLosses += granted ? 0 : 1;
        } else if (granted) {
            observed.goneAfter = Math.max(observed.goneAfter, (now - lost) / 1e9);
        }
    }

    private void moveTo(long time) {
        clock.advance(Duration.ofNanos(time - now));
        now = time;
    }

    /** The statistics of a period. */
    static final class Observed {

        private final Ages ages = new Ages((int) MAX_STALE.toSeconds());
        private int unanswered;
        private int wrongLosses;
        private double goneAfter;
        private int calls;
        private long nanos;

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

        /** Answers that lacked a right that was never lost. */
        int wrongLosses() {
            return wrongLosses;
        }

        /** The maximum time in which a lost right was still granted, in seconds. */
        double goneAfter() {
            return goneAfter;
        }

        int calls() {
            return calls;
        }

        double callsPerSecond() {
            return calls * 1e9 / nanos;
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
