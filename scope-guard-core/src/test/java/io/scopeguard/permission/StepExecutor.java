package io.scopeguard.permission;

import io.scopeguard.permission.flight.BackgroundQueue;
import io.scopeguard.permission.flight.Flight;
import io.scopeguard.permission.flight.ReadExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** Runs reads on the test's thread: foreground steps when a request waits, background steps when the test calls for them. */
final class StepExecutor implements ReadExecutor {

    private final Deque<Flight<?>> foreground = new ArrayDeque<>();
    private final BackgroundQueue background = new BackgroundQueue();
    private boolean busy;
    private boolean newestFirst;
    private long lastWait;

    /** Simulates that all threads are busy. */
    void busy(boolean isBusy) {
        busy = isBusy;
    }

    /** Simulates that a read which was requested later is faster. */
    void newestFirst(boolean isNewestFirst) {
        newestFirst = isNewestFirst;
    }

    /** The maximum time that the last request would have waited, in nanoseconds. */
    long lastWait() {
        return lastWait;
    }

    /** Runs background steps, the oldest first. */
    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            Flight<?> next = background.poll();
            if (next == null) {
                return;
            }
            next.step();
        }
    }

    void runAll() {
        run(Integer.MAX_VALUE);
        while (!foreground.isEmpty()) {
            foreground.remove().step();
            run(Integer.MAX_VALUE);
        }
    }

    @Override
    public void foreground(Flight<?> flight) {
        foreground.add(flight);
    }

    @Override
    public void background(Flight<?> flight) {
        background.add(flight);
    }

    @Override
    public boolean soon(Runnable work) {
        work.run();
        return true;
    }

    @Override
    public boolean isNext(long readAt) {
        return !busy && foreground.isEmpty() && readAt <= background.oldest();
    }

    @Override
    public int foreground() {
        return foreground.size();
    }

    @Override
    public int waiting() {
        return background.size();
    }

    @Override
    public void await(CompletableFuture<?> result, long nanos) throws TimeoutException {
        lastWait = nanos;
        while (!result.isDone()) {
            Flight<?> next = newestFirst ? foreground.pollLast() : foreground.poll();
            if (next == null) {
                throw new TimeoutException();
            }
            next.step();
        }
    }

    @Override
    public void close() {
        // Nothing to close.
    }
}
