package io.scopeguard.permission;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Runs reads on the one thread there is: those that a request waits for while it does, the others when told. */
final class VirtualReaders implements Readers {

    private final Consumer<Read> reader;
    private final LongSupplier nanoTime;
    private final Deque<Read> urgent = new ArrayDeque<>();
    private final WaitingReads waiting = new WaitingReads();
    private boolean isAwaited;

    VirtualReaders(Consumer<Read> reader, LongSupplier nanoTime) {
        this.reader = reader;
        this.nanoTime = nanoTime;
    }

    /** Whether what is being read now is so because somebody waits for it. */
    boolean isAwaited() {
        return isAwaited;
    }

    /** Does what is to be done next, if there is anything. */
    boolean step() {
        if (!urgent.isEmpty()) {
            runUrgent();
            return true;
        }
        Read next = waiting.poll();
        if (next == null) {
            return false;
        }
        reader.accept(next);
        return true;
    }

    @Override
    public void now(Read read) {
        urgent.add(read);
    }

    @Override
    public @Nullable Read ahead(Read read) {
        return waiting.add(read);
    }

    @Override
    public boolean areFree() {
        return urgent.isEmpty() && waiting.isEmpty();
    }

    @Override
    public long nanoTime() {
        return nanoTime.getAsLong();
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> result, long nanos)
            throws ExecutionException, TimeoutException, InterruptedException {
        while (!result.isDone() && !urgent.isEmpty()) {
            runUrgent();
        }
        if (!result.isDone()) {
            throw new TimeoutException();
        }
        return result.get();
    }

    @Override
    public void close() {
        // There is nothing to close.
    }

    private void runUrgent() {
        boolean outer = isAwaited;
        isAwaited = true;
        try {
            reader.accept(urgent.remove());
        } finally {
            isAwaited = outer;
        }
    }
}
