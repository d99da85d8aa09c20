package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.testing.MovableClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Reads that have to wait, and what becomes of them when somebody else cannot. */
class ReadsTests {

    private static final Need ANY = Need.newerThan(0);
    private static final long DEADLINE = 1_000;

    private final List<Urgency> done = new ArrayList<>();
    private final FullReaders readers = new FullReaders();
    private final Reads reads = new Reads(this::read, MovableClock.atNoon(), new Stamps(), readers::reading);
    private Runnable meanwhile = () -> {};

    @Test
    void aReadThatFoundNoRoomAmongTheUrgentCanStillBeGivenUp() {
        reads.ahead("target", ANY, 0);
        readers.isFull = true;
        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> reads.await("target", ANY, 0, DEADLINE))
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(Reason.BUDGET_EXHAUSTED);
        readers.givenUp = readers.patient.remove(0);
        reads.ahead("older", ANY, -1);
        readers.isFull = false;

        reads.await("target", ANY, 0, DEADLINE);
        assertThat(done).containsExactly(Urgency.NOW);
    }

    @Test
    void whoCannotWaitDoesNotWaitForAReadThatCan() {
        reads.ahead("target", ANY, 0);
        meanwhile = () -> {
            meanwhile = () -> {};
            reads.await("target", ANY, 0, DEADLINE);
        };

        readers.run(readers.patient.remove(0));
        assertThat(done).containsExactly(Urgency.NOW, Urgency.AHEAD);
        assertThat(reads.couldBegin("target")).isTrue();
    }

    private @Nullable Reading read(Read read) {
        meanwhile.run();
        done.add(read.urgency());
        return null;
    }

    /** Runs what is urgent when somebody waits for it, unless it has no room. */
    private static final class FullReaders implements Readers {

        private final List<Read> urgent = new ArrayList<>();
        private final List<Read> patient = new ArrayList<>();
        private Consumer<Read> reader = read -> {};
        private boolean isFull;
        private @Nullable Read givenUp;

        Readers reading(Consumer<Read> by) {
            reader = by;
            return this;
        }

        void run(Read read) {
            reader.accept(read);
        }

        @Override
        public void now(Read read) {
            if (isFull) {
                throw new PermissionsUnavailableException(Reason.BUDGET_EXHAUSTED, "full");
            }
            urgent.add(read);
        }

        @Override
        public @Nullable Read ahead(Read read) {
            patient.add(read);
            return givenUp;
        }

        @Override
        public boolean areFree() {
            return true;
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public <T extends @Nullable Object> T await(CompletableFuture<T> result, long nanos)
                throws InterruptedException, ExecutionException, TimeoutException {
            while (!result.isDone()) {
                if (urgent.isEmpty()) {
                    throw new TimeoutException();
                }
                run(urgent.remove(0));
            }
            return result.get();
        }

        @Override
        public void close() {
            // There is nothing to close.
        }
    }
}
