package io.scopeguard.demo.convergence;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** How time passes for a client. */
interface Pace {

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
}
