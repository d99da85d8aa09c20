package io.scopeguard.spring.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The lines or messages that a client of a stream receives, in order. Thread-safe. */
public final class Arrivals {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final BlockingQueue<String> arrived = new LinkedBlockingQueue<>();

    public void add(String arrival) {
        arrived.add(arrival);
    }

    public String next() throws InterruptedException {
        return next(() -> {});
    }

    /**
     * Waits for the next arrival.
     *
     * @param meanwhile runs again and again until then, such as to move a clock
     */
    public String next(Runnable meanwhile) throws InterruptedException {
        String arrival = null;
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (arrival == null && System.nanoTime() < end) {
            meanwhile.run();
            arrival = arrived.poll(50, TimeUnit.MILLISECONDS);
        }
        assertThat(arrival).as("an arrival").isNotNull();
        return arrival;
    }
}
