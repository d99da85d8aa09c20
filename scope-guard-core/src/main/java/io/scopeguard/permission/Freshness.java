package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import java.time.Duration;

/**
 * How old live permissions may be. All times are nanoseconds of the steady clock; ages count from the start of a read.
 *
 * @param now when the request arrived
 * @param refreshBefore a picture that is older is stale: still an answer, but it is read again
 * @param rejectBefore a picture that is older is no answer
 * @param isIndividual whether the request demands a read that began after it arrived
 * @param isAwaited whether the request waits for the read of a stale picture; then none is read ahead of time
 * @hidden
 */
@Internal
public record Freshness(long now, long refreshBefore, long rejectBefore, boolean isIndividual, boolean isAwaited) {

    /** Reads begin when this part of the accepted age is left, sooner or later by a fifth of that. */
    private static final int AHEAD = 5;

    private static final int SPREAD = 5;

    /** Stale after one age, no answer after another. */
    public static Freshness of(Duration maxAge, Duration maxStale, long now) {
        return new Freshness(now, now - maxAge.toNanos(), now - maxStale.toNanos(), false, false);
    }

    /** No answer after this age. Zero demands a read that begins after the request arrived. */
    public static Freshness within(Duration age, long now) {
        long bound = now - age.toNanos();
        return new Freshness(now, bound, bound, age.isZero(), false);
    }

    /** The same, but the request waits for the read of a stale picture. */
    public Freshness awaited() {
        return new Freshness(now, refreshBefore, rejectBefore, isIndividual, true);
    }

    /** The same, but a picture that was read before the given time is no answer. */
    public Freshness notBefore(long start) {
        return new Freshness(
                now, Math.max(refreshBefore, start), Math.max(rejectBefore, start), isIndividual, isAwaited);
    }

    /** The same individual demand, whose arrival is a unique time in the order of reads. */
    Freshness individualFrom(long arrival) {
        return new Freshness(arrival, arrival, arrival, true, isAwaited);
    }

    /** Facts from before are read again soon. Differs between keys, so that facts read together do not age together. */
    long ageingBefore(int seed) {
        long left = left();
        long spread = left / SPREAD;
        return refreshBefore + left + (spread == 0 ? 0 : Math.floorMod(seed * 0x9E3779B9L, 2 * spread) - spread);
    }

    /** No fact that is newer than this is ageing, whatever its key. */
    long surelyFreshFrom() {
        long left = left();
        return refreshBefore + left + left / SPREAD;
    }

    private long left() {
        return isAwaited ? 0 : Math.max(now - refreshBefore, 0) / AHEAD;
    }
}
