package io.scopeguard.permission.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.provider.Priority;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.Sequence;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The number of reads that requests wait for decides how others are read. */
@Timeout(60)
class ForegroundCountTests {

    private static final int THREADS = 8;
    private static final int READS = 24;

    private final CountDownLatch busy = new CountDownLatch(THREADS);
    private final CountDownLatch open = new CountDownLatch(1);
    private final ThreadPoolReadExecutor executor = new ThreadPoolReadExecutor();
    private final SingleFlight<Key> flights =
            new SingleFlight<>(executor, new Sequence(MovableClock.atNoon().steady()), new Gated());

    @AfterEach
    void close() {
        open.countDown();
        executor.close();
    }

    @Test
    void foregroundWhenReadsRunAndWaitThenAllAreCountedUntilTheyEnd() throws Exception {
        assertThat(executor.foreground()).isZero();
        assertThat(executor.isNext(0)).isTrue();

        List<CompletableFuture<Void>> reads = IntStream.range(0, READS)
                .mapToObj(id -> flights.request(new Key(id, id % 2 == 0), Long.MIN_VALUE, Priority.FOREGROUND, 0))
                .toList();
        busy.await();

        assertThat(executor.foreground()).isEqualTo(READS);

        open.countDown();
        for (CompletableFuture<Void> read : reads) {
            read.get();
        }
        await().untilAsserted(() -> assertThat(executor.foreground()).isZero());
    }

    @Test
    void isNextWhenAllForegroundThreadsReadThenFalse() throws Exception {
        for (int id = 0; id < THREADS; id++) {
            var unused = flights.request(new Key(id, false), Long.MIN_VALUE, Priority.FOREGROUND, 0);
        }
        busy.await();

        assertThat(executor.isNext(0)).isFalse();
    }

    private record Key(int id, boolean isShared) implements ReadKey {}

    private final class Gated implements SingleFlight.Reader<Key> {

        @Override
        public boolean step(Flight<Key> flight) {
            busy.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        }

        @Override
        public long lastReadAt(Key key) {
            return Long.MIN_VALUE;
        }
    }
}
