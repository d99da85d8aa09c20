package io.scopeguard.permission.flight;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.flight.GatedReads.Key;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Individual reads that wait for their share of the call budget, with real threads. */
@Timeout(60)
class IndividualReadsTests {

    private static final int OTHER = -1;
    private static final int FIRST = 2 * GatedReads.THREADS;

    private final GatedReads gated = new GatedReads(Set.of(Priority.INDIVIDUAL));

    /** As many of each kind as there are threads: the definition of a single role is shared, and the rest is not. */
    @BeforeEach
    void occupyAllThreads() throws InterruptedException {
        for (int i = 0; i < FIRST; i++) {
            var unused = request(i, i % 2 == 0, Priority.INDIVIDUAL);
        }
        gated.awaitBusy();
    }

    @AfterEach
    void close() {
        gated.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void requestWhenIndividualReadsWaitThenAForegroundReadIsNotHeldUp(boolean isShared) throws Exception {
        CompletableFuture<Void> foreground = request(OTHER, isShared, Priority.FOREGROUND);

        foreground.get();
        assertThat(gated.read()).containsExactly(OTHER);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void requestWhenAForegroundReadJoinsAWaitingIndividualReadThenItIsNotHeldUp(boolean isShared) throws Exception {
        CompletableFuture<Void> individual = request(OTHER, isShared, Priority.INDIVIDUAL);
        assertThat(individual).isNotDone();

        var unused = request(OTHER, isShared, Priority.FOREGROUND);

        individual.get();
        assertThat(gated.read()).containsExactly(OTHER);
    }

    @Test
    void requestWhenTooManyIndividualReadsWaitThenRefusedAtOnce() throws Exception {
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < ThreadPoolReadExecutor.MAX_INDIVIDUAL; i++) {
            waiting.add(request(FIRST + i, false, Priority.INDIVIDUAL));
        }
        assertThat(waiting).noneMatch(CompletableFuture::isDone);

        CompletableFuture<Void> further = request(OTHER, false, Priority.INDIVIDUAL);

        assertThat(further)
                .failsWithin(0, TimeUnit.SECONDS)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(
                        PermissionsUnavailableException.class,
                        cause -> assertThat(cause.reason()).isEqualTo(Reason.BUDGET_EXHAUSTED));
        gated.open();
        for (CompletableFuture<Void> read : waiting) {
            read.get();
        }
        assertThat(gated.read()).doesNotContain(OTHER);
    }

    private CompletableFuture<Void> request(int key, boolean isShared, Priority priority) {
        return gated.request(new Key(key, isShared), priority, key);
    }
}
