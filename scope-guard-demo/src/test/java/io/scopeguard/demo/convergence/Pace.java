package io.scopeguard.demo.convergence;

import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The way in which time passes for a client. */
interface Pace {

    long PATIENCE = TimeUnit.MINUTES.toNanos(3);
    long LOOK_AGAIN = TimeUnit.MICROSECONDS.toNanos(200);

    /** Real time. */
    Pace REAL = new Pace() {
        @Override
        public void pass(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }

        @Override
        public Instant now() {
            return Instant.now();
        }
    };

    /** Lets time pass. */
    void pass(Duration time);

    Instant now();

    /**
     * Moves the clock instead of waiting, after all reads have ended. Otherwise, the date of a read would depend on the load of the
     * machine.
     *
     * @param isReading whether a read is in progress
     */
    static Pace of(MovableClock clock, BooleanSupplier isReading) {
        return of(clock, isReading, now -> {});
    }

    /**
     * Moves the clock instead of waiting.
     *
     * @param isReading whether a read is in progress
     * @param keepUp receives the time after each move
     */
    static Pace of(MovableClock clock, BooleanSupplier isReading, Consumer<Instant> keepUp) {
        return new Pace() {
            @Override
            public void pass(Duration time) {
                long begun = System.nanoTime();
                while (isReading.getAsBoolean()) {
                    if (System.nanoTime() - begun > PATIENCE) {
                        throw new AssertionError("a read has not ended");
                    }
                    LockSupport.parkNanos(LOOK_AGAIN);
                }
                clock.advance(time);
                keepUp.accept(clock.instant());
            }

            @Override
            public Instant now() {
                return clock.instant();
            }
        };
    }
}
