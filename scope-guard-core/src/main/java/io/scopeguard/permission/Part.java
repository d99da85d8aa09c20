package io.scopeguard.permission;

/**
 * A fact of a picture, as one that may have to be read again.
 *
 * @param key the key to read
 * @param readAt the start of the last read, or the smallest number
 * @param invalidatedAt when a change was reported that certainly concerns it, or the smallest number
 * @param doubtedAt when a change was reported that may concern it among others, or the smallest number
 * @param isOptional whether the picture is an answer without it
 */
record Part(FactKey key, long readAt, long invalidatedAt, long doubtedAt, boolean isOptional) {

    /** How old a part is, in the words of HTTP caching. */
    enum State {
        FRESH,
        /** Fresh, but not for long. */
        AGEING,
        /** Due for another read, and still an answer. */
        STALE,
        /** A change was reported: the fact is only used if no newer one is available. */
        INVALIDATED,
        /** No answer. */
        EXPIRED
    }

    State state(Freshness wanted) {
        if (readAt < wanted.rejectBefore() && !isOptional) {
            return State.EXPIRED;
        }
        if (readAt < invalidatedAt) {
            return State.INVALIDATED;
        }
        if (readAt < wanted.refreshBefore() || readAt < doubtedAt) {
            return State.STALE;
        }
        return readAt < wanted.ageingBefore(key.hashCode()) ? State.AGEING : State.FRESH;
    }

    /** A read that begins later than this is new enough. */
    long demandedAfter(Freshness wanted) {
        long after = Math.max(readAt, Math.max(invalidatedAt, doubtedAt));
        return wanted.isIndividual() ? Math.max(after, wanted.rejectBefore() - 1) : after;
    }
}
