package io.scopeguard.bench.cache;

import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.Freshness;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.PermissionKey;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Many simultaneous requests for unknown permissions, each on its own thread. */
public final class ColdStampede {

    private static final int ROUNDS = 10;
    private static final Duration MAX_WAIT = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofHours(1);

    private final SteadyClock clock = SteadyClock.system();
    private final Provider provider;
    private final PermissionCache cache;
    private final ExecutorService threads;
    private final int requests;

    private ColdStampede(int requests, Duration latency) {
        this.requests = requests;
        this.provider = new Provider(latency);
        this.cache = new PermissionCache(
                "Test", provider, clock, new CacheSettings(LONG, LONG, MAX_WAIT, 10 * ROUNDS, LONG), FactExchange.NONE);
        this.threads = Executors.newFixedThreadPool(requests);
    }

    /**
     * Expects the number of simultaneous requests, and the latency of the provider in milliseconds. Exits with 1 if a request was
     * denied.
     */
    public static void main(String[] args) throws InterruptedException {
        ColdStampede stampede =
                new ColdStampede(Integer.parseInt(args[0]), Duration.ofMillis(Integer.parseInt(args[1])));
        boolean good = true;
        for (int round = 1; round <= ROUNDS; round++) {
            good &= stampede.run(round);
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(int round) throws InterruptedException {
        PermissionKey key =
                new PermissionKey(new Subject(Subject.Type.USER, "user-" + round), "acme", Audience.ORGANIZATION);
        int readsBefore = provider.reads();
        AtomicInteger refused = new AtomicInteger();
        double millis = stampede(() -> ask(key, refused));
        int calls = provider.reads() - readsBefore;
        System.out.printf(
                Locale.ROOT,
                "round %2d: %,d requests, %d call, %d refused, all answered within %.0f ms, of which the provider took %d ms%n",
                round,
                requests,
                calls,
                refused.get(),
                millis,
                provider.latency().toMillis());
        return calls == 1 && refused.get() == 0;
    }

    /** Starts all requests at the same time. Returns the milliseconds until all have ended. */
    private double stampede(Runnable request) throws InterruptedException {
        CountDownLatch ready = new CountDownLatch(requests);
        CountDownLatch start = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(requests);
        for (int i = 0; i < requests; i++) {
            threads.execute(() -> {
                ready.countDown();
                await(start);
                request.run();
                done.countDown();
            });
        }
        ready.await();
        long begin = System.nanoTime();
        start.countDown();
        done.await();
        return (System.nanoTime() - begin) / 1e6;
    }

    private void ask(PermissionKey key, AtomicInteger refused) {
        try {
            cache.get(key, Freshness.within(LONG, clock.nanos()), Provider.SCOPES);
        } catch (PermissionsUnavailableException e) {
            refused.incrementAndGet();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
