package io.scopeguard.permission.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.permission.flight.GatedReads.Key;
import io.scopeguard.provider.Priority;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The number of reads that requests wait for decides how others are read. */
@Timeout(60)
class ForegroundCountTests {

    private static final int READS = 24;

    private final GatedReads gated = new GatedReads();
    private final ThreadPoolReadExecutor executor = gated.executor();

    @AfterEach
    void close() {
        gated.close();
    }

    @Test
    void foregroundWhenReadsRunAndWaitThenAllAreCountedUntilTheyEnd() throws Exception {
        assertThat(executor.foreground()).isZero();
        assertThat(executor.isNext(0)).isTrue();

        List<CompletableFuture<Void>> reads = IntStream.range(0, READS)
                .mapToObj(id -> gated.request(new Key(id, id % 2 == 0), Priority.FOREGROUND, 0))
                .toList();
        gated.awaitBusy();

        assertThat(executor.foreground()).isEqualTo(READS);

        gated.open();
        for (CompletableFuture<Void> read : reads) {
            read.get();
        }
        await().untilAsserted(() -> assertThat(executor.foreground()).isZero());
    }

    @Test
    void isNextWhenAllForegroundThreadsReadThenFalse() throws Exception {
        for (int id = 0; id < GatedReads.THREADS; id++) {
            var unused = gated.request(new Key(id, false), Priority.FOREGROUND, 0);
        }
        gated.awaitBusy();

        assertThat(executor.isNext(0)).isFalse();
    }
}
