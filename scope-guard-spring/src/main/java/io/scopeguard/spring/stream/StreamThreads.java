package io.scopeguard.spring.stream;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Runs the short work of open streams. The last bytes of a stream usually fit into the buffers of its connection. If clients do not
 * read, writing blocks: while nothing else is finished, the number of threads doubles, so that the streams of other clients do not
 * wait for those. Without work there are no threads, so that work may need one at a time when the process can start none: its caller
 * does it then. Thread-safe.
 */
final class StreamThreads implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StreamThreads.class);

    /** The maximum number of clients that block a thread because they do not read. */
    static final int MOST = 256;

    private static final int USUAL = 4;

    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final int usual;
    private final int most;
    private final ThreadPoolExecutor workers;
    private final ScheduledThreadPoolExecutor timer;
    private final AtomicBoolean isWatched = new AtomicBoolean();

    StreamThreads(ThreadFactory factory) {
        this(factory, USUAL, MOST);
    }

    /**
     * @param usual the number of threads, unless work blocks
     * @param most the maximum number of threads. With one thread, work is done in order.
     */
    StreamThreads(ThreadFactory factory, int usual, int most) {
        this.usual = usual;
        this.most = most;
        this.workers = new ThreadPoolExecutor(
                usual,
                usual,
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                factory,
                new ThreadPoolExecutor.DiscardPolicy());
        workers.setMaximumPoolSize(most);
        workers.allowCoreThreadTimeOut(true);
        this.timer = new ScheduledThreadPoolExecutor(1, factory, new ThreadPoolExecutor.DiscardPolicy());
        timer.setKeepAliveTime(IDLE.toSeconds(), TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
    }

    static ThreadFactory daemons(String name) {
        CustomizableThreadFactory factory = new CustomizableThreadFactory(name);
        factory.setDaemon(true);
        return factory;
    }

    void execute(Runnable work) {
        // A failed start does not tell whether the work waits for another thread.
        FutureTask<?> once = new FutureTask<>(() -> run(work), null);
        try {
            workers.execute(once);
        } catch (Error e) {
            log.warn("No thread can be started for open streams; their work is done by its caller", e);
            once.run();
        }
        if (usual < most && !workers.getQueue().isEmpty()) {
            watch();
        }
    }

    /** A stream whose work fails must not take down a thread of the others. */
    private static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            log.warn("Work on an open stream failed", e);
        }
    }

    void later(Duration delay, Runnable work) {
        var unused = schedule(delay, () -> execute(work));
    }

    /** Does work that never blocks, so that it need not wait for clients. It can be cancelled. */
    Future<?> onTimer(Duration delay, Runnable work) {
        return schedule(delay, () -> run(work));
    }

    /** If the timer's thread cannot be started, the work waits until it can. */
    private Future<?> schedule(Duration delay, Runnable work) {
        try {
            return timer.schedule(work, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (Error e) {
            log.warn("No thread can be started for open streams; later work may be late", e);
            return CompletableFuture.completedFuture(null);
        }
    }

    private void watch() {
        if (isWatched.compareAndSet(false, true)) {
            long finished = workers.getCompletedTaskCount();
            var unused = schedule(PATIENCE, () -> relieve(finished));
        }
    }

    /** @param finished how much work was finished when work began to wait */
    private void relieve(long finished) {
        isWatched.set(false);
        if (workers.getQueue().isEmpty()) {
            workers.setCorePoolSize(usual);
            return;
        }
        if (workers.getCompletedTaskCount() == finished) {
            workers.setCorePoolSize(Math.min(workers.getCorePoolSize() * 2, most));
        }
        watch();
    }

    /** Whether a thread has ever run. */
    boolean haveRun() {
        return workers.getLargestPoolSize() > 0 || timer.getLargestPoolSize() > 0;
    }

    /** Whether there is neither a thread nor work, now or later. */
    boolean areGone() {
        return isEmpty(workers) && isEmpty(timer);
    }

    private static boolean isEmpty(ThreadPoolExecutor threads) {
        return threads.getPoolSize() == 0 && threads.getQueue().isEmpty();
    }

    /** Closes after the work that waits is done, but no later than after this time. */
    void finish(Duration patience) {
        timer.shutdownNow();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("Work on open streams took longer than {}, and the rest is not done", patience);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    @Override
    public void close() {
        timer.shutdownNow();
        workers.shutdownNow();
    }
}
