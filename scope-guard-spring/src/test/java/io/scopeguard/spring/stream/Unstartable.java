package io.scopeguard.spring.stream;

import java.util.concurrent.atomic.AtomicBoolean;

/** A thread that the system does not start. */
final class Unstartable extends Thread {

    private final AtomicBoolean isPossible;

    private Unstartable(AtomicBoolean isPossible, Runnable work) {
        super(work);
        this.isPossible = isPossible;
        setDaemon(true);
    }

    static Thread unless(AtomicBoolean isPossible, Runnable work) {
        return new Unstartable(isPossible, work);
    }

    @Override
    public void start() {
        if (!isPossible.get()) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        super.start();
    }
}
