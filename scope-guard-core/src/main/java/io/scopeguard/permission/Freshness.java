package io.scopeguard.permission;

import java.time.Duration;
import java.time.Instant;

/**
 * Which reading of the live permissions is good enough. Ages count from the start of a read.
 *
 * @param due readings that began before this are due for another read
 * @param bound readings that began before this are no answer at all; between the two they are one where another cannot be had
 */
public record Freshness(Instant due, Instant bound) {

    /**
     * @throws IllegalArgumentException if a reading could be unacceptable before it is due
     */
    public Freshness {
        if (bound.isAfter(due)) {
            throw new IllegalArgumentException("the bound is not after the due time");
        }
    }

    /** At most this old, without grace; zero asks for a read that begins now or later. */
    public static Freshness within(Duration age, Instant now) {
        return new Freshness(now.minus(age), now.minus(age));
    }

    /** The same, but no reading that began before the given time is an answer. */
    public Freshness notBefore(Instant start) {
        return new Freshness(later(due, start), later(bound, start));
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
