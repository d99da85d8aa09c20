package io.scopeguard.permission;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Runs reads on the test's own thread: urgent ones when somebody waits, the others when told. Nothing takes any time but waiting in
 * vain. */
final class StepReaders implements Readers {

    private final Consumer<Read> reader;
    private final Deque<Read> urgent = new ArrayDeque<>();
    private final TreeSet<Read> ahead = new TreeSet<>(Read.OLDEST_FIRST);
    private boolean busy;
    private long waited;

    StepReaders(Consumer<Read> reader) {
        this.reader = reader;
    }

    /** Makes as if all readers had something to do. */
    void busy(boolean isBusy) {
        busy = isBusy;
    }

    int waiting() {
        return ahead.size();
    }

    /** Does what nobody waits for, the oldest first, at most so many. */
    void run(int reads) {
        for (int i = 0; i < reads && !ahead.isEmpty(); i++) {
            reader.accept(ahead.pollFirst());
        }
    }

    void runAll() {
        run(Integer.MAX_VALUE);
    }

    @Override
    public void now(Read read) {
        urgent.add(read);
    }

    @Override
    public @Nullable Read ahead(Read read) {
        ahead.add(read);
        return null;
    }

    @Override
    public boolean areFree() {
        return !busy && urgent.isEmpty() && ahead.isEmpty();
    }

    @Override
    public long nanoTime() {
        return waited;
    }

    @Override
    public <T extends @Nullable Object> T await(CompletableFuture<T> result, long nanos)
            throws InterruptedException, ExecutionException, TimeoutException {
        while (!result.isDone()) {
            Read next = urgent.poll();
            if (next == null) {
                waited += nanos;
                throw new TimeoutException();
            }
            reader.accept(next);
        }
        return result.get();
    }

    @Override
    public void close() {
        // There is nothing to close.
    }
}
