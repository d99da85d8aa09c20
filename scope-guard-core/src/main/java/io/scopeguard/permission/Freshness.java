package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import java.time.Duration;

/**
 * The required freshness of live permissions. All times are nanoseconds of the steady clock; ages count from the start of a read.
 *
 * @param now when the request arrived
 * @param refreshBefore an older picture is stale: it is still used, but read again
 * @param rejectBefore an older picture is not used
 * @param isIndividual whether the request demands a read that began after it arrived
 * @param waiting which reads the request waits for
 * @hidden
 */
@Internal
public record Freshness(long now, long refreshBefore, long rejectBefore, boolean isIndividual, Waiting waiting) {

    /**
     * Which reads a request waits for. All others take place in the background.
     *
     * @hidden
     */
    public enum Waiting {
        /** None. Without a usable picture, the permissions are unknown. */
        NEVER,
        /** The reads that a usable picture still needs. */
        IF_NECESSARY,
        /** Also the read of a stale picture; then no picture is read ahead of time. */
        FOR_FRESH
    }

    /** Facts are read ahead when this part of the accepted age is left, varied by up to a fifth of it. */
    private static final int AHEAD = 5;

    private static final int SPREAD = 5;

    /** Permissions are stale after one age, and not used after another. */
    public static Freshness of(Duration maxAge, Duration maxStale, long now) {
        return new Freshness(now, now - maxAge.toNanos(), now - maxStale.toNanos(), false, Waiting.IF_NECESSARY);
    }

    /** Permissions are not used after this age. Zero demands a read that begins after the request arrived. */
    public static Freshness within(Duration age, long now) {
        long bound = now - age.toNanos();
        return new Freshness(now, bound, bound, age.isZero(), Waiting.IF_NECESSARY);
    }

    /** This freshness for a request that also waits for the read of a stale picture. */
    public Freshness awaited() {
        return with(Waiting.FOR_FRESH);
    }

    /** This freshness for a request that waits for nothing. */
    public Freshness withoutWaiting() {
        return with(Waiting.NEVER);
    }

    private Freshness with(Waiting next) {
        return new Freshness(now, refreshBefore, rejectBefore, isIndividual, next);
    }

    /** This freshness for a request that uses no picture from before the given time, for which it waits if it is yet to come. */
    public Freshness notBefore(long start) {
        return new Freshness(now, Math.max(refreshBefore, start), Math.max(rejectBefore, start), isIndividual, waiting);
    }

    /** The same individual demand, whose arrival is a unique time in the order of reads. */
    Freshness individualFrom(long arrival) {
        return new Freshness(arrival, arrival, arrival, true, waiting);
    }

    /**
     * Facts that were read before the returned time are read ahead. It differs between keys, so that facts that were read together
     * are not read again together.
     */
    long ageingBefore(int seed) {
        long left = left();
        long spread = left / SPREAD;
        return refreshBefore + left + (spread == 0 ? 0 : Math.floorMod(seed * 0x9E3779B9L, 2 * spread) - spread);
    }

    /** No fact that is newer than this is read ahead. */
    long surelyFreshFrom() {
        long left = left();
        return refreshBefore + left + left / SPREAD;
    }

    private long left() {
        return waiting == Waiting.FOR_FRESH ? 0 : Math.max(now - refreshBefore, 0) / AHEAD;
    }
}
