package io.scopeguard.permission.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.flight.GatedReads.Key;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More background reads than the queue holds, with real threads. */
@Timeout(120)
class BackgroundOverflowTests {

    private static final int YOUNGEST = 1_000_000;

    private final GatedReads gated = new GatedReads();
    private final List<CompletableFuture<Void>> running = new ArrayList<>();
    private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

    /** All threads read, and as many reads wait as there is space for. The key is also the age of the fact. */
    @BeforeEach
    void fill() throws InterruptedException {
        for (int i = 0; i < GatedReads.THREADS; i++) {
            running.add(request(-i, Priority.BACKGROUND));
        }
        gated.awaitBusy();
        for (int i = 1; i < BackgroundQueue.MAX; i++) {
            waiting.add(request(i, Priority.BACKGROUND));
        }
        waiting.add(request(YOUNGEST, Priority.BACKGROUND));
        assertThat(gated.executor().waiting()).isEqualTo(BackgroundQueue.MAX);
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
    }

    @AfterEach
    void close() {
        gated.close();
    }

    @Test
    void requestWhenTheQueueIsFullThenTheYoungestFactIsDropped() throws Exception {
        CompletableFuture<Void> older = request(BackgroundQueue.MAX, Priority.BACKGROUND);

        assertDropped(waiting.remove(BackgroundQueue.MAX - 1));
        gated.open();
        waiting.addAll(running);
        waiting.add(older);
        await(waiting);
        assertThat(gated.read())
                .hasSize(GatedReads.THREADS + BackgroundQueue.MAX)
                .doesNotContain(YOUNGEST);
    }

    @Test
    void requestWhenTheFactIsYoungerThanAllOthersThenDroppedItself() throws Exception {
        assertDropped(request(YOUNGEST + 1, Priority.BACKGROUND));

        gated.open();
        await(waiting);
        assertThat(gated.read()).contains(YOUNGEST).doesNotContain(YOUNGEST + 1);
    }

    @Test
    void requestWhenAReadWasDroppedThenTheNextRequestReadsAfresh() throws Exception {
        request(BackgroundQueue.MAX, Priority.BACKGROUND);
        CompletableFuture<Void> inForeground = request(YOUNGEST, Priority.FOREGROUND);

        assertThat(inForeground).isNotDone();
        gated.open();
        await(List.of(inForeground));
        assertThat(gated.read()).contains(YOUNGEST);
    }

    @Test
    void requestWhenAReadWasDroppedAndSpaceIsFreeThenReadInTheBackground() throws Exception {
        request(BackgroundQueue.MAX, Priority.BACKGROUND);
        gated.open();
        await(waiting.subList(0, BackgroundQueue.MAX - 1));

        await(List.of(request(YOUNGEST, Priority.BACKGROUND)));

        assertThat(gated.read()).contains(YOUNGEST);
    }

    /** Reads that were lifted into the foreground leave their turns behind, so that turns run out before space does. */
    @Test
    void requestWhenItGetsNoTurnThenItDoesNotTakeThatOfAnotherRead() throws Exception {
        for (int i = 1; i <= 2 * GatedReads.THREADS; i++) {
            var unused = request(i, Priority.FOREGROUND);
        }
        for (int i = 1; i <= GatedReads.THREADS; i++) {
            waiting.add(request(YOUNGEST + i, Priority.BACKGROUND));
        }
        int before = gated.executor().waiting();

        assertDropped(request(-GatedReads.THREADS, Priority.BACKGROUND));

        assertThat(gated.executor().waiting()).isEqualTo(before);
        gated.open();
        await(waiting);
    }

    /** Unlike {@code join}, this ends when the test takes too long. */
    private static void await(List<CompletableFuture<Void>> reads) throws Exception {
        CompletableFuture.allOf(reads.toArray(CompletableFuture<?>[]::new)).get();
    }

    private static void assertDropped(CompletableFuture<Void> flight) {
        assertThat(flight)
                .isCompletedExceptionally()
                .failsWithin(0, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        PermissionsUnavailableException.class,
                        cause -> assertThat(cause.reason()).isEqualTo(Reason.BUDGET_EXHAUSTED));
    }

    private CompletableFuture<Void> request(int key, Priority priority) {
        return gated.request(new Key(key, false), priority, key);
    }
}
