package io.scopeguard.bench.cache;

import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Measures the memory for many (user, organization) pairs, including their ids: the used heap before and after. */
public final class CacheMemory {

    private static final int MEMBERS_OF_ORGANIZATION = 100;

    /** The target for a million pairs. */
    private static final double TARGET_BYTES_PER_PAIR = 232;

    private static final int WARM_UP = 10_000;
    private static final int THREADS = 8;
    private static final Duration LONG = Duration.ofHours(1);

    private final SteadyClock clock = SteadyClock.system();
    private final Provider provider = new Provider(Duration.ZERO);
    private final PermissionCache cache;
    private final int pairs;

    private CacheMemory(int pairs) {
        this.pairs = pairs;
        this.cache = new PermissionCache(
                "Test",
                provider,
                clock,
                new CacheSettings(LONG, LONG, Duration.ofMinutes(1), pairs, LONG),
                FactExchange.NONE);
    }

    /** Expects the number of pairs. Exits with 1 if the target is missed. */
    public static void main(String[] args) throws InterruptedException {
        int pairs = Integer.parseInt(args[0]);
        measure(WARM_UP);
        long bytes = measure(pairs);
        System.out.printf(
                Locale.ROOT,
                "%,d pairs in %,d organizations: %.1f MB, %.0f bytes a pair (target: %.0f)%n",
                pairs,
                pairs / MEMBERS_OF_ORGANIZATION,
                bytes / 1e6,
                (double) bytes / pairs,
                TARGET_BYTES_PER_PAIR);
        System.exit(bytes <= pairs * TARGET_BYTES_PER_PAIR ? 0 : 1);
    }

    private static long measure(int pairs) throws InterruptedException {
        long before = usedBytes();
        CacheMemory memory = new CacheMemory(pairs);
        memory.fill();
        long used = usedBytes() - before;
        memory.check();
        memory.cache.close();
        return used;
    }

    private void fill() throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        for (int thread = 0; thread < THREADS; thread++) {
            int first = thread;
            threads.execute(() -> {
                for (int pair = first; pair < pairs; pair += THREADS) {
                    ask(pair);
                }
            });
        }
        threads.shutdown();
        threads.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS);
    }

    private void ask(int pair) {
        cache.get(key(pair), Freshness.within(LONG, clock.nanos()), Provider.SCOPES);
    }

    /** Checks that all of them are remembered. */
    private void check() throws InterruptedException {
        fill();
        if (provider.reads() != pairs) {
            throw new IllegalStateException("not remembered: " + (provider.reads() - pairs));
        }
    }

    /** Creates ids with the length of Logto's, in separate strings, as if they came from tokens. */
    private static PermissionKey key(int pair) {
        Subject subject = new Subject(Subject.Type.USER, id("user", pair));
        return new PermissionKey(subject, id("orga", pair / MEMBERS_OF_ORGANIZATION), Audience.ORGANIZATION);
    }

    private static String id(String prefix, int number) {
        return prefix + String.format(Locale.ROOT, "%08d", number);
    }

    private static long usedBytes() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            // Waits for background work, such as the cache's maintenance.
            TimeUnit.MILLISECONDS.sleep(500);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
