package io.scopeguard.permission;

import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A few threads for reads that somebody waits for, and a few for those that nobody waits for yet. */
final class ReaderThreads implements Readers {

    private static final int THREADS = 8;
    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Consumer<Read> reader;
    private final ThreadPoolExecutor urgent = threads();
    private final ThreadPoolExecutor patient = threads();
    private final WaitingReads waiting = new WaitingReads();

    ReaderThreads(Consumer<Read> reader) {
        this.reader = reader;
    }

    @Override
    public void now(Read read) {
        execute(urgent, () -> reader.accept(read));
    }

    @Override
    public @Nullable Read ahead(Read read) {
        Read givenUp = waiting.add(read);
        if (givenUp == null) {
            // As many turns as reads: which read it is shows when it is its turn.
            execute(patient, this::readOldest);
        }
        return givenUp;
    }

    @Override
    public boolean areFree() {
        return waiting.isEmpty() && urgent.getQueue().isEmpty() && urgent.getActiveCount() < THREADS;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> result, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        return result.get(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        urgent.shutdownNow();
        patient.shutdownNow();
    }

    private void readOldest() {
        Read oldest = waiting.poll();
        if (oldest != null) {
            reader.accept(oldest);
        }
    }

    private static void execute(ThreadPoolExecutor threads, Runnable task) {
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            throw new PermissionsUnavailableException(Reason.BUDGET_EXHAUSTED, "Too many reads are waiting.");
        }
    }

    private static ThreadPoolExecutor threads() {
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(WaitingReads.MAX + THREADS),
                task -> {
                    Thread thread = new Thread(task, "scope-guard-permissions");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
