package io.scopeguard;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
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
        this(onTick, onWake, isNeeded, period, WatchThread::daemon);
    }

    WatchThread(Runnable onTick, Runnable onWake, BooleanSupplier isNeeded, Duration period, ThreadFactory threads) {
        this.onTick = onTick;
        this.onWake = onWake;
        this.isNeeded = isNeeded;
        this.period = period.toNanos();
        this.executor = new ScheduledThreadPoolExecutor(1, threads, new ThreadPoolExecutor.DiscardPolicy());
        executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "scope-guard-watch");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Starts the thread, unless it is running.
     *
     * @throws OutOfMemoryError if no thread can be started now; a later call may succeed
     */
    void start() {
        if (!isTicking.get() && isTicking.compareAndSet(false, true)) {
            schedule();
        }
    }

    private void schedule() {
        boolean isScheduled = false;
        try {
            startThread();
            var unused = executor.schedule(this::tick, period, TimeUnit.NANOSECONDS);
            isScheduled = true;
        } finally {
            if (!isScheduled) {
                isTicking.set(false);
            }
        }
    }

    /** The executor would queue work before it starts the thread. If that failed, the work would stay in the queue. */
    private void startThread() {
        executor.prestartCoreThread();
    }

    private void tick() {
        guarded(onTick);
        isTicking.set(false);
        if (isNeeded.getAsBoolean()) {
            start();
        }
    }

    /** Runs the work for news on the thread. Never throws, because it is called by those who bring news. */
    void wake() {
        if (isAwake.get() || !isAwake.compareAndSet(false, true)) {
            return;
        }
        try {
            startThread();
            executor.execute(() -> {
                isAwake.set(false);
                guarded(onWake);
            });
        } catch (RuntimeException | OutOfMemoryError e) {
            isAwake.set(false);
            log.warn("The thread for watches could not be started; they are judged with the next read", e);
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
