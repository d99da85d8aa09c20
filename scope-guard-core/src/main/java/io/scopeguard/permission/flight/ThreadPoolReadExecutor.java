package io.scopeguard.permission.flight;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Four small thread pools: for foreground reads of subjects, for foreground reads that many requests share, for individual reads,
 * and for background reads.
 *
 * @hidden
 */
@Internal
public final class ThreadPoolReadExecutor implements ReadExecutor {

    private static final Logger log = LoggerFactory.getLogger(ThreadPoolReadExecutor.class);

    private static final int THREADS = 8;
    private static final Duration IDLE = Duration.ofSeconds(30);

    /**
     * The maximum number of individual reads that wait for a thread. A read at the end of a longer queue would begin only after its
     * request has given up.
     */
    static final int MAX_INDIVIDUAL = 100;

    private final Pool foreground = new Pool("foreground", BackgroundQueue.MAX);
    private final Pool background = new Pool("background", BackgroundQueue.MAX);

    /** For reads that many requests share: they must not queue behind reads for single requests. */
    private final Pool shared = new Pool("shared", BackgroundQueue.MAX);

    /** For individual reads, which wait for their share of the call budget: other reads must not queue behind them. */
    private final Pool individual = new Pool("individual", MAX_INDIVIDUAL);

    private final BackgroundQueue waiting = new BackgroundQueue();

    @Override
    public void foreground(Flight<?> flight) {
        boolean isInBackground = waiting.remove(flight);
        try {
            pool(flight).execute(flight::step);
        } catch (RuntimeException | OutOfMemoryError e) {
            if (isInBackground) {
                background(flight);
            }
            throw e;
        }
    }

    private Pool pool(Flight<?> flight) {
        if (flight.priority() == Priority.INDIVIDUAL) {
            return individual;
        }
        return flight.key().isShared() ? shared : foreground;
    }

    @Override
    public void background(Flight<?> flight) {
        Flight<?> dropped = waiting.add(flight);
        if (dropped == null) {
            queueTurn(flight);
        } else {
            drop(dropped);
        }
    }

    /** One turn is queued per flight, but the flight is chosen only when its turn comes. */
    private void queueTurn(Flight<?> flight) {
        try {
            background.execute(this::runOldest);
        } catch (RuntimeException | OutOfMemoryError e) {
            // Without a turn of its own, the flight would take that of another one.
            if (!waiting.remove(flight)) {
                drop(waiting.pollLast());
            }
            throw e;
        }
    }

    private static void drop(@Nullable Flight<?> flight) {
        if (flight != null) {
            flight.fail(new PermissionsUnavailableException(
                    Reason.BUDGET_EXHAUSTED, "Too many reads wait for the provider."));
        }
    }

    @Override
    public boolean soon(Runnable work) {
        try {
            shared.execute(work);
            return true;
        } catch (RuntimeException | OutOfMemoryError e) {
            log.debug("Work could not be handed over", e);
            return false;
        }
    }

    private void runOldest() {
        Flight<?> oldest = waiting.poll();
        if (oldest != null) {
            oldest.step();
        }
    }

    @Override
    public boolean isNext(long readAt) {
        return readAt <= waiting.oldest() && foreground.tasks() < THREADS;
    }

    @Override
    public int foreground() {
        return foreground.tasks() + shared.tasks() + individual.tasks();
    }

    @Override
    public int waiting() {
        return waiting.size();
    }

    @Override
    public void await(CompletableFuture<?> result, long nanos) throws InterruptedException, TimeoutException {
        try {
            result.get(nanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            // Waiting callers see the stored facts and the outcome of the flight.
            return;
        }
    }

    @Override
    public void close() {
        foreground.close();
        shared.close();
        individual.close();
        background.close();
    }

    /** Threads that know how many tasks they have. A thread pool of the JDK counts its own under the lock for starting threads. */
    private static final class Pool {

        private final ThreadPoolExecutor threads;
        private final AtomicInteger tasks = new AtomicInteger();

        Pool(String name, int maxWaiting) {
            threads = new ThreadPoolExecutor(
                    THREADS,
                    THREADS,
                    IDLE.toSeconds(),
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(maxWaiting + THREADS),
                    task -> {
                        Thread thread = new Thread(task, "scope-guard-permissions-" + name);
                        thread.setDaemon(true);
                        return thread;
                    });
            threads.allowCoreThreadTimeOut(true);
        }

        void execute(Runnable task) {
            tasks.incrementAndGet();
            try {
                threads.execute(() -> run(task));
            } catch (RuntimeException | OutOfMemoryError e) {
                tasks.decrementAndGet();
                throw e;
            }
        }

        private void run(Runnable task) {
            try {
                task.run();
            } finally {
                tasks.decrementAndGet();
            }
        }

        /** The number of tasks that run or wait for a thread. */
        int tasks() {
            return tasks.get();
        }

        void close() {
            threads.shutdownNow();
        }
    }
}
