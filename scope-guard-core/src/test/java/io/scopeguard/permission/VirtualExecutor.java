package io.scopeguard.permission;

import io.scopeguard.permission.flight.BackgroundQueue;
import io.scopeguard.permission.flight.Flight;
import io.scopeguard.permission.flight.ReadExecutor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** Runs reads on the only thread: foreground steps while a request waits, background steps when the simulation calls for them. */
final class VirtualExecutor implements ReadExecutor {

    private final Deque<Flight<?>> foreground = new ArrayDeque<>();
    private final BackgroundQueue background = new BackgroundQueue();
    private boolean isAwaited;

    /** Whether a request waits for the read in progress. */
    boolean isAwaited() {
        return isAwaited;
    }

    /** Performs the next step, if there is one. */
    boolean step() {
        if (!foreground.isEmpty()) {
            runForeground();
            return true;
        }
        Flight<?> next = background.poll();
        if (next == null) {
            return false;
        }
        next.step();
        return true;
    }

    @Override
    public void foreground(Flight<?> flight) {
        foreground.add(flight);
        background.remove(flight);
    }

    @Override
    public void background(Flight<?> flight) {
        Flight<?> dropped = background.add(flight);
        if (dropped != null) {
            dropped.fail(new io.scopeguard.provider.PermissionsUnavailableException(
                    io.scopeguard.provider.PermissionsUnavailableException.Reason.BUDGET_EXHAUSTED, "full"));
        }
    }

    @Override
    public boolean soon(Runnable work) {
        work.run();
        return true;
    }

    @Override
    public boolean isNext(long readAt) {
        return foreground.isEmpty() && readAt <= background.oldest();
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
        while (!result.isDone() && !foreground.isEmpty()) {
            runForeground();
        }
        if (!result.isDone()) {
            throw new TimeoutException();
        }
    }

    @Override
    public void close() {
        // Nothing to close.
    }

    private void runForeground() {
        boolean outer = isAwaited;
        isAwaited = true;
        try {
            foreground.remove().step();
        } finally {
            isAwaited = outer;
        }
    }
}
