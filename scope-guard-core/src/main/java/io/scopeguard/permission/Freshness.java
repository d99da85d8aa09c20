package io.scopeguard.permission;

import java.time.Duration;

/**
 * How old live permissions may be. Both times are nanoseconds of the steady clock and are compared with the start of a read.
 *
 * @param refreshBefore a picture that is older is stale: still an answer, but it is read again
 * @param rejectBefore a picture that is older is no answer
 * @param isIndividual whether the request demands a read that began after it arrived
 */
public record Freshness(long refreshBefore, long rejectBefore, boolean isIndividual) {

    /** Stale after one age, no answer after another. */
    public static Freshness of(Duration maxAge, Duration maxStale, long now) {
        return new Freshness(now - maxAge.toNanos(), now - maxStale.toNanos(), false);
    }

    /** No answer after this age. Zero demands a read that begins after the request arrived. */
    public static Freshness within(Duration age, long now) {
        long bound = now - age.toNanos();
        return new Freshness(bound, bound, age.isZero());
    }

    /** The same, but a picture that was read before the given time is no answer. */
    public Freshness notBefore(long start) {
        return new Freshness(Math.max(refreshBefore, start), Math.max(rejectBefore, start), isIndividual);
    }

    Freshness individualFrom(long arrival) {
        return isIndividual ? new Freshness(arrival, arrival, true) : this;
    }
}
