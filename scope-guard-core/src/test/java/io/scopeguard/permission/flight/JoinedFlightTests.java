package io.scopeguard.permission.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.Priority;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.Sequence;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that join a flight of others. */
@Timeout(60)
class JoinedFlightTests {

    private static final Key KNOWN = new Key("known");
    private static final Key OTHER = new Key("other");

    private final CountDownLatch locked = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final ThreadPoolReadExecutor executor = new ThreadPoolReadExecutor();
    private final SingleFlight<Key> flights =
            new SingleFlight<>(executor, new Sequence(MovableClock.atNoon().steady()), new Slow());

    @AfterEach
    void close() {
        open.countDown();
        callers.shutdown();
        executor.close();
    }

    /** A map locks all keys of the same hash while it computes the value of one of them. */
    @Test
    void requestWhenTheKeyIsBeingReadThenItWaitsForNoOtherRequest() throws Exception {
        CompletableFuture<Void> first = request(KNOWN);
        CompletableFuture<CompletableFuture<Void>> other = CompletableFuture.supplyAsync(() -> request(OTHER), callers);
        locked.await();

        // On another thread, because the wait for a lock cannot be interrupted.
        CompletableFuture<Void> joined =
                CompletableFuture.supplyAsync(() -> request(KNOWN), callers).get();

        assertThat(joined).isSameAs(first).isNotDone();
        assertThat(other).isNotDone();
        open.countDown();
        joined.get();
        other.get().get();
    }

    /** An answer of another process may be older than a request that joins late. */
    @Test
    void requestWhenAnotherReadIsAlreadyPlannedThenItBeginsAfterTheLatestRequest() throws Exception {
        Sequence sequence = new Sequence(MovableClock.atNoon().steady());
        CountDownLatch begun = new CountDownLatch(1);
        List<Long> demands = new CopyOnWriteArrayList<>();
        SingleFlight<Key> dated = new SingleFlight<>(executor, sequence, new Slow() {
            @Override
            public boolean step(Flight<Key> flight) {
                flight.begins();
                demands.add(flight.notBefore());
                begun.countDown();
                return super.step(flight);
            }
        });
        var unused = dated.request(KNOWN, Long.MIN_VALUE, Priority.FOREGROUND, 0);
        begun.await();
        CompletableFuture<Void> next = dated.request(KNOWN, sequence.next(), Priority.FOREGROUND, 0);
        long latest = sequence.next();

        assertThat(dated.request(KNOWN, latest, Priority.FOREGROUND, 0)).isSameAs(next);

        open.countDown();
        next.get();
        assertThat(demands).containsExactly(Long.MIN_VALUE, latest);
    }

    private CompletableFuture<Void> request(Key key) {
        return flights.request(key, Long.MIN_VALUE, Priority.FOREGROUND, 0);
    }

    private record Key(String name) implements ReadKey {

        @Override
        public int hashCode() {
            return 1;
        }

        @Override
        public boolean isShared() {
            return false;
        }
    }

    private class Slow implements SingleFlight.Reader<Key> {

        @Override
        public boolean step(Flight<Key> flight) {
            await();
            return true;
        }

        /** Called while the map is locked. */
        @Override
        public long lastReadAt(Key key) {
            if (key.equals(OTHER)) {
                locked.countDown();
                await();
            }
            return Long.MIN_VALUE;
        }

        private void await() {
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
