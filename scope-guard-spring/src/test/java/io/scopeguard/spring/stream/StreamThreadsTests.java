package io.scopeguard.spring.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

class StreamThreadsTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final StreamThreads threads = new StreamThreads(StreamThreads.daemons("scope-guard-streams-"));
    private final CountDownLatch reading = new CountDownLatch(1);
    private final AtomicInteger blocked = new AtomicInteger();

    @AfterEach
    void stop() {
        reading.countDown();
        threads.close();
    }

    @Test
    void executeWhenOtherWorkBlocksThenDone() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < StreamThreads.MOST - 1; i++) {
            threads.execute(this::block);
        }

        threads.execute(done::countDown);

        assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(blocked).hasValue(StreamThreads.MOST - 1);
    }

    @Test
    void laterWhenOtherWorkBlocksThenDone() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < StreamThreads.MOST - 1; i++) {
            threads.later(Duration.ZERO, this::block);
        }

        threads.later(Duration.ofMillis(1), done::countDown);

        assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }

    /** As when the process may not have more threads for a while. */
    @Test
    void laterWhenNoThreadCouldBeStartedThenDoneOnceOneCan() throws Exception {
        AtomicBoolean isPossible = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(2);
        try (StreamThreads starved = new StreamThreads(work -> Unstartable.unless(isPossible, work))) {
            starved.later(Duration.ZERO, done::countDown);
            isPossible.set(true);

            starved.later(Duration.ZERO, done::countDown);

            assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
    }

    /** However many clients do not read. */
    @Test
    void executeWhenMoreWorkBlocksThanThereMayBeThreadsThenDoneAfterwards() {
        AtomicInteger done = new AtomicInteger();
        for (int i = 0; i < 2 * StreamThreads.MOST; i++) {
            threads.execute(() -> {
                block();
                done.incrementAndGet();
            });
        }
        await().atMost(PATIENCE).until(() -> blocked.get() == StreamThreads.MOST);

        reading.countDown();

        await().atMost(PATIENCE).until(() -> done.get() == 2 * StreamThreads.MOST);
    }

    /** As when the server has completed the response of a client that has gone. */
    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void executeWhenWorkFailsThenItsThreadGoesOn(CapturedOutput output) throws Exception {
        Set<Thread> used = ConcurrentHashMap.newKeySet();
        CountDownLatch done = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            threads.execute(() -> {
                used.add(Thread.currentThread());
                done.countDown();
                throw new IllegalStateException("The response is complete.");
            });
        }

        assertThat(done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        await().atMost(PATIENCE).until(() -> output.getOut().split("Work on an open stream failed", -1).length == 101);
        assertThat(used).hasSizeLessThanOrEqualTo(4);
    }

    private void block() {
        blocked.incrementAndGet();
        try {
            reading.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
