package io.scopeguard.permission;

import io.scopeguard.permission.fact.FactKey;

/**
 * A fact of a picture, with the times that determine whether it has to be read again.
 *
 * @param key the key to read
 * @param readAt the start of the last read, or the smallest number
 * @param invalidatedAt the time at which a change of this very fact was reported, or the smallest number
 * @param possiblyChangedAt the time at which a change was reported that may concern this fact among others; for role definitions
 *     also the time at which a loss was noticed that they may explain; or the smallest number
 * @param isOptional whether the picture is complete without it
 */
record Part(FactKey key, long readAt, long invalidatedAt, long possiblyChangedAt, boolean isOptional) {

    /** The age of a part, in terms of HTTP caching. */
    enum State {
        FRESH,
        /** Still fresh, and re-read in the background. */
        AGEING,
        /** Older than {@code max-age}, or possibly changed: used until it has been re-read. */
        STALE,
        /** A change of this very fact was reported: a request waits for a newer fact, and uses this one only if there is none. */
        INVALIDATED,
        /** Too old to be used. */
        EXPIRED
    }

    State state(Freshness wanted) {
        if (readAt < wanted.rejectBefore() && !isOptional) {
            return State.EXPIRED;
        }
        if (isReported()) {
            return State.INVALIDATED;
        }
        if (readAt < wanted.refreshBefore() || readAt < possiblyChangedAt) {
            return State.STALE;
        }
        return readAt < wanted.ageingBefore(key.hashCode()) ? State.AGEING : State.FRESH;
    }

    /** Whether a change of this very fact was reported since it was read. */
    boolean isReported() {
        return readAt < invalidatedAt;
    }

    /** A read that begins after this time is new enough. */
    long demandedAfter(Freshness wanted) {
        long after = Math.max(readAt, Math.max(invalidatedAt, possiblyChangedAt));
        return wanted.isIndividual() ? Math.max(after, wanted.rejectBefore() - 1) : after;
    }
}
