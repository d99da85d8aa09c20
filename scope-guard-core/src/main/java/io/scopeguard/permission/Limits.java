package io.scopeguard.permission;

/**
 * The ages that a request accepts.
 *
 * @param now when the request arrived
 */
record Limits(long now, long refreshBefore, long rejectBefore, boolean isIndividual) {

    /** Reads begin when this part of the accepted age is left, sooner or later by a fifth of that. */
    private static final int AHEAD = 5;

    private static final int SPREAD = 5;

    static Limits of(Freshness freshness, long now) {
        return new Limits(now, freshness.refreshBefore(), freshness.rejectBefore(), freshness.isIndividual());
    }

    /** Different for each key, so that facts that were read together do not become stale together. */
    long ageingBefore(int seed) {
        long left = left();
        long spread = left / SPREAD;
        return refreshBefore + left + (spread == 0 ? 0 : Math.floorMod(seed * 0x9E3779B9L, 2 * spread) - spread);
    }

    /** Facts that are newer than this are not ageing, for any key. */
    long surelyFreshFrom() {
        long left = left();
        return refreshBefore + left + left / SPREAD;
    }

    private long left() {
        return Math.max(now - refreshBefore, 0) / AHEAD;
    }
}
