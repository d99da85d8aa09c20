package io.scopeguard.bench.live;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Callers that make random requests, on their own threads. */
public final class Load implements AutoCloseable {

    /** The maximum delay that a thread makes up for. */
    private static final long MAX_LAG = TimeUnit.SECONDS.toNanos(1);

    /** How often a waiting thread checks whether the load has ended. */
    private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(100);

    private final Supplier<GuardedProcess> process;
    private final List<Caller> callers;
    private final double nanosBetweenRequests;
    private final Recorder recorder;
    private final ExecutorService threads;
    private final AtomicInteger opening;
    private volatile boolean stopped;

    /**
     * @param perSecond requests of all callers together
     * @param atOnce whether each caller makes a request right at the beginning
     */
    Load(
            Supplier<GuardedProcess> process,
            List<Caller> callers,
            int threads,
            double perSecond,
            boolean atOnce,
            World world) {
        this.process = process;
        this.callers = new ArrayList<>(callers);
        Collections.shuffle(this.callers, new Random(1));
        this.nanosBetweenRequests = threads / perSecond * 1e9;
        this.recorder = new Recorder(world);
        this.opening = new AtomicInteger(atOnce ? 0 : callers.size());
        this.threads = Executors.newFixedThreadPool(threads);
        for (int thread = 0; thread < threads; thread++) {
            int seed = thread;
            this.threads.execute(() -> run(new Random(seed)));
        }
    }

    Recorder recorder() {
        return recorder;
    }

    /** Ends the load after the requests in flight. */
    @Override
    public void close() {
        stopped = true;
        threads.shutdown();
        try {
            threads.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Random random) {
        int first;
        while (!stopped && (first = opening.getAndIncrement()) < callers.size()) {
            recorder.decide(process.get(), callers.get(first).next(random));
        }
        long due = System.nanoTime();
        while (!stopped) {
            due += (long) (-Math.log(1 - random.nextDouble()) * nanosBetweenRequests);
            due = Math.max(due, System.nanoTime() - MAX_LAG);
            while (System.nanoTime() < due && !stopped) {
                LockSupport.parkNanos(Math.min(due - System.nanoTime(), LOOK_AGAIN));
            }
            if (!stopped) {
                recorder.decide(
                        process.get(),
                        callers.get(random.nextInt(callers.size())).next(random));
            }
        }
    }
}
