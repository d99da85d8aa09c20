package io.scopeguard;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A daemon thread that runs while there are watches and ends soon afterwards. Thread-safe. */
final class WatchThread implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WatchThread.class);

    private static final long IDLE_SECONDS = 5;

    private final ScheduledThreadPoolExecutor executor;
    private final Runnable onTick;
    private final Runnable onWake;
    private final BooleanSupplier isNeeded;
    private final long period;
    private final AtomicBoolean isTicking = new AtomicBoolean();
    private final AtomicBoolean isAwake = new AtomicBoolean();

    /**
     * @param onTick runs once per period while the thread is needed
     * @param onWake runs after each call of {@link #wake}; calls in quick succession share a run
     */
    WatchThread(Runnable onTick, Runnable onWake, BooleanSupplier isNeeded, Duration period) {
        this.onTick = onTick;
        this.onWake = onWake;
        this.isNeeded = isNeeded;
        this.period = period.toNanos();
        this.executor = new ScheduledThreadPoolExecutor(1, WatchThread::daemon, new ThreadPoolExecutor.DiscardPolicy());
        executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "scope-guard-watch");
        thread.setDaemon(true);
        return thread;
    }

    /** Starts the thread, unless it is running. */
    void start() {
        if (!isTicking.get() && isTicking.compareAndSet(false, true)) {
            schedule();
        }
    }

    private void schedule() {
        boolean isScheduled = false;
        try {
            var unused = executor.schedule(this::tick, period, TimeUnit.NANOSECONDS);
            isScheduled = true;
        } finally {
            if (!isScheduled) {
                isTicking.set(false);
            }
        }
    }

    private void tick() {
        guarded(onTick);
        isTicking.set(false);
        if (isNeeded.getAsBoolean()) {
            start();
        }
    }

    void wake() {
        if (isAwake.get() || !isAwake.compareAndSet(false, true)) {
            return;
        }
        boolean isQueued = false;
        try {
            executor.execute(() -> {
                isAwake.set(false);
                guarded(onWake);
            });
            isQueued = true;
        } finally {
            if (!isQueued) {
                // A thread that cannot be started now may be started later.
                isAwake.set(false);
            }
        }
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            log.warn("Watches could not be judged; they are judged again with the next read", e);
        }
    }

    /** Whether the thread has ever run. */
    boolean hasRun() {
        return executor.getLargestPoolSize() > 0;
    }

    /** Whether there is neither a thread nor work for it. */
    boolean isGone() {
        return executor.getPoolSize() == 0 && executor.getQueue().isEmpty();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
