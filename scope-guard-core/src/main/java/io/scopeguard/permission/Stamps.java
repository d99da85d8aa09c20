package io.scopeguard.permission;

import java.util.concurrent.atomic.AtomicLong;

/** Numbers in the order in which they are given out: the clock may show two events the same time. Thread-safe. */
final class Stamps {

    private final AtomicLong last = new AtomicLong();

    long next() {
        return last.incrementAndGet();
    }
}
