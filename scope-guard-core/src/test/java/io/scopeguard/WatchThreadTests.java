package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread of watches, if it cannot be started at first. Its work runs in the order in which it was queued. */
@Timeout(60)
class WatchThreadTests {

    private final AtomicBoolean isFailing = new AtomicBoolean(true);
    private final AtomicInteger ticks = new AtomicInteger();
    private final AtomicInteger wakes = new AtomicInteger();
    private final Semaphore ticked = new Semaphore(0);
    private final Semaphore woken = new Semaphore(0);
    private final WatchThread thread = new WatchThread(
            () -> {
                ticks.incrementAndGet();
                ticked.release();
            },
            () -> {
                wakes.incrementAndGet();
                woken.release();
            },
            () -> false,
            Duration.ZERO,
            this::started);

    private Thread started(Runnable work) {
        if (isFailing.get()) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        return WatchThread.daemon(work);
    }

    @AfterEach
    void close() {
        thread.close();
    }

    /** A second tick would start a second series of ticks. */
    @Test
    void startWhenTheThreadCannotBeStartedThenNoTickIsLeft() throws InterruptedException {
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(thread::start);
        isFailing.set(false);
        thread.wake();
        woken.acquire();

        assertThat(ticks).hasValue(0);
        thread.start();
        ticked.acquire();
        assertThat(ticks).hasValue(1);
    }

    /** Those who report news are not affected. */
    @Test
    void wakeWhenTheThreadCannotBeStartedThenLaterOnce() throws InterruptedException {
        thread.wake();
        isFailing.set(false);
        thread.wake();
        thread.start();
        ticked.acquire();

        assertThat(wakes).hasValue(1);
    }
}
