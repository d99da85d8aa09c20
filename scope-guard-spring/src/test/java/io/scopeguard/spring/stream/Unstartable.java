package io.scopeguard.spring.stream;

import java.util.concurrent.atomic.AtomicBoolean;

/** Threads that the system does not start. */
final class Unstartable {

    private Unstartable() {}

    /** A new thread, or the error of a system without room for another one. */
    static Thread unless(AtomicBoolean isPossible, Runnable work) {
        if (!isPossible.get()) {
            // Newer JDKs start the threads of a pool without calling their start method.
            throw new OutOfMemoryError("unable to create native thread");
        }
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }
}
