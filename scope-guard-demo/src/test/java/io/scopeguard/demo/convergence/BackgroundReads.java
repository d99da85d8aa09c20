package io.scopeguard.demo.convergence;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What guards read in the background. Before the clock moves on it has to end, or its date would depend on the machine's load. */
final class BackgroundReads {

    private static final String THREADS = "scope-guard-permissions";
    private static final long PATIENCE = TimeUnit.MINUTES.toNanos(3);
    private static final long LOOK_AGAIN = TimeUnit.MICROSECONDS.toNanos(200);

    private BackgroundReads() {}

    /** Waits until all guards of this process have read what they wanted to. */
    static void await() {
        long end = System.nanoTime() + PATIENCE;
        int quiet = 0;
        // A read may be on its way to its thread.
        while (quiet < 2) {
            quiet = isQuiet() ? quiet + 1 : 0;
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("a background read has not ended");
            }
            LockSupport.parkNanos(LOOK_AGAIN);
        }
    }

    /** An idle thread of the guard's waits for work with a time limit; one that reads waits for the answer without. */
    private static boolean isQuiet() {
        Thread[] threads = new Thread[Thread.activeCount() + 100];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i].getName().equals(THREADS) && threads[i].getState() != Thread.State.TIMED_WAITING) {
                return false;
            }
        }
        return true;
    }
}
