package io.scopeguard.provider.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.PermissionsUnavailableException.Reason;
import io.scopeguard.provider.Priority;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that several callers share, on real threads. */
@Timeout(120)
class SharedCallTests {

    private final SharedCall<String> call = new SharedCall<>();
    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicReference<CallContext> context = new AtomicReference<>();

    @Test
    void joinWhenACallIsInFlightThenItsAnswerServesAll() throws InterruptedException {
        List<CompletableFuture<String>> callers = new ArrayList<>(List.of(caller(CallContext.BACKGROUND)));
        called.await();
        for (int i = 0; i < 7; i++) {
            callers.add(caller(CallContext.BACKGROUND));
        }
        assertThat(call.isIdle()).isFalse();
        answer.countDown();

        assertThat(callers).allSatisfy(caller -> assertThat(caller.join()).startsWith("answer"));
        assertThat(call.isIdle()).isTrue();
        // A caller that came too late to join made its own call; no two calls overlapped.
        assertThat(callers.get(0).join()).isEqualTo("answer 1");
    }

    @Test
    void priorityWhenAForegroundCallerJoinsThenRisesAtOnceAndStaysWhenOthersJoin() throws InterruptedException {
        CompletableFuture<String> background = caller(CallContext.BACKGROUND);
        called.await();
        assertThat(context.get().priority()).isEqualTo(Priority.BACKGROUND);

        CompletableFuture<String> foreground = caller(CallContext.FOREGROUND);
        while (context.get().priority() != Priority.FOREGROUND) {
            Thread.onSpinWait();
        }
        CompletableFuture<String> another = caller(CallContext.BACKGROUND);
        assertThat(context.get().priority()).isEqualTo(Priority.FOREGROUND);
        answer.countDown();

        assertThat(foreground.join()).isEqualTo("answer 1").isEqualTo(background.join());
        assertThat(another.join()).isNotEmpty();
    }

    @Test
    void priorityWhenOneOfItsCallersBecomesUrgentThenRises() throws InterruptedException {
        AtomicReference<Priority> priority = new AtomicReference<>(Priority.BACKGROUND);
        CompletableFuture<String> caller = caller(priority::get);
        called.await();
        assertThat(context.get().priority()).isEqualTo(Priority.BACKGROUND);

        priority.set(Priority.INDIVIDUAL);
        assertThat(context.get().priority()).isEqualTo(Priority.INDIVIDUAL);
        answer.countDown();
        assertThat(caller.join()).isEqualTo("answer 1");
    }

    @Test
    void joinWhenTheCallFailsThenAllFailAndTheNextCallerCallsAgain() {
        PermissionsUnavailableException failure = new PermissionsUnavailableException(Reason.TIMEOUT, "slow");

        assertThatThrownBy(() -> call.join(CallContext.FOREGROUND, context -> {
                    throw failure;
                }))
                .isSameAs(failure);
        assertThat(call.join(CallContext.FOREGROUND, context -> "well")).isEqualTo("well");
    }

    @Test
    void joinWhenAWaitingThreadIsInterruptedThenItAloneFails() throws InterruptedException {
        CompletableFuture<String> caller = caller(CallContext.BACKGROUND);
        called.await();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread other = new Thread(() -> {
            try {
                call.join(CallContext.BACKGROUND, this::answered);
            } catch (PermissionsUnavailableException e) {
                failure.set(e);
            }
        });
        other.start();
        other.interrupt();
        other.join();
        answer.countDown();

        assertThat(failure.get()).hasMessageContaining("Interrupted");
        assertThat(caller.join()).isEqualTo("answer 1");
    }

    // Remembered

    @Test
    void getWhenYoungEnoughThenNotReadAgain() {
        MovableClock clock = MovableClock.atNoon();
        SteadyClock steady = clock.steady();
        RememberedRead<Integer> read = new RememberedRead<>(context -> calls.incrementAndGet(), steady);

        assertThat(read.get(RememberedRead.ANY_AGE, CallContext.BACKGROUND)).isEqualTo(1);
        long first = steady.nanos();
        clock.advanceSeconds(10);
        assertThat(read.get(RememberedRead.ANY_AGE, CallContext.BACKGROUND)).isEqualTo(1);
        assertThat(read.get(first, CallContext.BACKGROUND)).isEqualTo(1);
        assertThat(read.get(first + 1, CallContext.BACKGROUND)).isEqualTo(2);
        assertThat(read.get(steady.nanos(), CallContext.BACKGROUND)).isEqualTo(2);
    }

    @Test
    void getWhenAReadFailsThenTheLastValueServesCallersThatAcceptItsAge() {
        MovableClock clock = MovableClock.atNoon();
        SteadyClock steady = clock.steady();
        RememberedRead<Integer> read = new RememberedRead<>(
                context -> {
                    if (calls.incrementAndGet() == 2) {
                        throw new PermissionsUnavailableException(Reason.TIMEOUT, "slow");
                    }
                    return calls.get();
                },
                steady);
        read.get(RememberedRead.ANY_AGE, CallContext.BACKGROUND);
        clock.advanceSeconds(1);

        assertThatThrownBy(() -> read.get(steady.nanos(), CallContext.BACKGROUND))
                .isInstanceOf(PermissionsUnavailableException.class);
        assertThat(read.get(RememberedRead.ANY_AGE, CallContext.BACKGROUND)).isEqualTo(1);
        assertThat(read.get(steady.nanos(), CallContext.BACKGROUND)).isEqualTo(3);
    }

    /** A read in flight that began too early does not serve the caller. */
    @Test
    void getWhenTheReadInFlightBeganTooEarlyThenAnotherFollows() throws InterruptedException {
        MovableClock clock = MovableClock.atNoon();
        SteadyClock steady = clock.steady();
        RememberedRead<String> read = new RememberedRead<>(this::answered, steady);
        CompletableFuture<String> early = CompletableFuture.supplyAsync(
                () -> read.get(RememberedRead.ANY_AGE, CallContext.BACKGROUND), SharedCallTests::start);
        called.await();
        clock.advanceSeconds(1);
        CompletableFuture<String> late = CompletableFuture.supplyAsync(
                () -> read.get(steady.nanos(), CallContext.BACKGROUND), SharedCallTests::start);
        answer.countDown();

        assertThat(early.join()).isEqualTo("answer 1");
        assertThat(late.join()).isEqualTo("answer 2");
    }

    @Test
    void shareWhenTheCallerTakesTheLastReadThenNotReadAgain() {
        MovableClock clock = MovableClock.atNoon();
        SteadyClock steady = clock.steady();
        RememberedRead<Integer> read = new RememberedRead<>(
                context -> {
                    context.begins();
                    clock.advanceSeconds(1);
                    return calls.incrementAndGet();
                },
                steady);
        long begun = steady.nanos();
        Taker first = new Taker(begun);
        assertThat(read.share(RememberedRead.ANY_AGE, first)).isEqualTo(1);
        assertThat(first.begun).isEqualTo(1);
        clock.advanceSeconds(1);

        Taker second = new Taker(begun);
        assertThat(read.share(RememberedRead.ANY_AGE, second)).isEqualTo(1);
        assertThat(second.taken)
                .containsExactly(begun, begun + Duration.ofSeconds(1).toNanos());
        assertThat(second.begun).isZero();
    }

    @Test
    void shareWhenTheLastReadIsTooOldOrNotTakenThenReadAgainForTheCaller() {
        MovableClock clock = MovableClock.atNoon();
        SteadyClock steady = clock.steady();
        RememberedRead<Integer> read = new RememberedRead<>(
                context -> {
                    context.begins();
                    return calls.incrementAndGet();
                },
                steady);
        read.share(RememberedRead.ANY_AGE, new Taker(0));
        clock.advanceSeconds(1);

        Taker demanding = new Taker(steady.nanos());
        assertThat(read.share(RememberedRead.ANY_AGE, demanding)).isEqualTo(2);
        assertThat(demanding.begun).isEqualTo(1);
        clock.advanceSeconds(1);
        assertThat(read.share(steady.nanos(), new Taker(0))).isEqualTo(3);
        assertThat(read.share(steady.nanos(), CallContext.BACKGROUND)).isEqualTo(4);
    }

    /** A caller that waits for the read of another one does not take it if it began too early. */
    @Test
    void shareWhenTheReadInFlightBeganTooEarlyThenAnotherFollows() throws InterruptedException {
        MovableClock clock = MovableClock.atNoon();
        SteadyClock steady = clock.steady();
        RememberedRead<String> read = new RememberedRead<>(this::answered, steady);
        CompletableFuture<String> early = CompletableFuture.supplyAsync(
                () -> read.share(RememberedRead.ANY_AGE, new Taker(0)), SharedCallTests::start);
        called.await();
        CompletableFuture<String> joined = CompletableFuture.supplyAsync(
                () -> read.share(RememberedRead.ANY_AGE, new Taker(0)), SharedCallTests::start);
        clock.advanceSeconds(1);
        CompletableFuture<String> late = CompletableFuture.supplyAsync(
                () -> read.share(RememberedRead.ANY_AGE, new Taker(steady.nanos())), SharedCallTests::start);
        answer.countDown();

        assertThat(early.join()).isEqualTo("answer 1");
        assertThat(joined.join()).isIn("answer 1", "answer 2");
        assertThat(late.join()).isEqualTo("answer 2");
    }

    /** Takes reads that began at a time or later. */
    private static final class Taker implements CallContext {

        private final long notBefore;
        private final List<Long> taken = new ArrayList<>();
        private int begun;

        Taker(long notBefore) {
            this.notBefore = notBefore;
        }

        @Override
        public Priority priority() {
            return Priority.BACKGROUND;
        }

        @Override
        public void begins() {
            begun++;
        }

        @Override
        public boolean takes(long begunAt, long endedAt) {
            boolean isTaken = begunAt >= notBefore;
            if (isTaken) {
                taken.addAll(List.of(begunAt, endedAt));
            }
            return isTaken;
        }
    }

    private CompletableFuture<String> caller(CallContext own) {
        return CompletableFuture.supplyAsync(() -> call.join(own, this::answered), SharedCallTests::start);
    }

    private String answered(CallContext shared) {
        int number = calls.incrementAndGet();
        context.compareAndSet(null, shared);
        called.countDown();
        try {
            answer.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return "answer " + number;
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }
}
