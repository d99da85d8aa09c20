package io.scopeguard.permission;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads that nobody waits for yet, the oldest first. Bounded, thread-safe. */
final class WaitingReads {

    static final int MAX = 10_000;

    private final TreeSet<Read> reads = new TreeSet<>(Read.OLDEST_FIRST);

    /** Returns the read that is given up for it, maybe this one, or {@code null} if there is room. */
    synchronized @Nullable Read add(Read read) {
        reads.add(read);
        return reads.size() > MAX ? reads.pollLast() : null;
    }

    synchronized @Nullable Read poll() {
        return reads.pollFirst();
    }

    synchronized boolean isEmpty() {
        return reads.isEmpty();
    }
}
