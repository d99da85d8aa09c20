package io.scopeguard.permission.flight;

import io.scopeguard.provider.Priority;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.Sequence;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Reads on real threads, which wait until they are let through. Close it to stop the threads. */
final class GatedReads implements AutoCloseable {

    /** The number of reads that can run at once, of each priority. */
    static final int THREADS = 8;

    private final CountDownLatch busy = new CountDownLatch(THREADS);
    private final CountDownLatch open = new CountDownLatch(1);
    private final Set<Priority> gated;
    private final Set<Integer> read = ConcurrentHashMap.newKeySet();
    private final ThreadPoolReadExecutor executor = new ThreadPoolReadExecutor();
    private final SingleFlight<Key> flights =
            new SingleFlight<>(executor, new Sequence(MovableClock.atNoon().steady()), new Reader());

    GatedReads() {
        this(EnumSet.allOf(Priority.class));
    }

    /** @param gated the priorities of the reads that have to wait */
    GatedReads(Set<Priority> gated) {
        this.gated = gated;
    }

    record Key(int number, boolean isShared) implements ReadKey {}

    ThreadPoolReadExecutor executor() {
        return executor;
    }

    /** Requests a read of a fact from a given time. */
    CompletableFuture<Void> request(Key key, Priority priority, long readAt) {
        return flights.request(key, Long.MIN_VALUE, priority, readAt);
    }

    /** Waits until as many reads have begun as can run at once. */
    void awaitBusy() throws InterruptedException {
        busy.await();
    }

    /** Lets all reads through. */
    void open() {
        open.countDown();
    }

    /** The keys that were read. */
    Set<Integer> read() {
        return read;
    }

    @Override
    public void close() {
        open();
        executor.close();
    }

    private final class Reader implements SingleFlight.Reader<Key> {

        @Override
        public boolean step(Flight<Key> flight) {
            if (gated.contains(flight.priority())) {
                await();
            }
            read.add(flight.key().number());
            return true;
        }

        private void await() {
            busy.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public long lastReadAt(Key key) {
            return Long.MIN_VALUE;
        }
    }
}
