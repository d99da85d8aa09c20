package io.scopeguard.permission;

import java.time.Instant;

/** Times as nanoseconds since 1970: a long where an {@link Instant} would be an object for each of a million entries. */
final class EpochNanos {

    private static final long PER_SECOND = 1_000_000_000L;

    private EpochNanos() {}

    /** Times that do not fit (before 1678, after 2262) become the nearest that does. */
    static long of(Instant time) {
        long seconds = time.getEpochSecond();
        if (Math.abs(seconds) >= Long.MAX_VALUE / PER_SECOND) {
            return seconds < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return seconds * PER_SECOND + time.getNano();
    }

    static Instant toInstant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, PER_SECOND), Math.floorMod(nanos, PER_SECOND));
    }
}
