package io.scopeguard.permission;

/**
 * What somebody needs of a read.
 *
 * @param due it begins no earlier, in nanoseconds since 1970
 * @param after it begins after this stamp was given out
 * @param confirmed whether it concerns one holder alone
 * @param own whether the request asks for a read of its own rather than for one that is due
 */
record Need(long due, long after, boolean confirmed, boolean own) {

    /** A newer one than that of this stamp. */
    static Need newerThan(long stamp) {
        return new Need(Long.MIN_VALUE, stamp, false, false);
    }

    /** One that was begun after this stamp to find out whether a loss is real. */
    static Need confirming(long stamp) {
        return new Need(Long.MIN_VALUE, stamp, true, false);
    }

    boolean isMetBy(long asOf, long stamp) {
        return asOf >= due && stamp > after;
    }

    boolean isMetBy(Reading reading) {
        return isMetBy(reading.asOf(), reading.stamp()) && (!confirmed || reading.isConfirmed());
    }

    /** What meets both. */
    Need and(Need other) {
        return new Need(
                Math.max(due, other.due), Math.max(after, other.after), confirmed || other.confirmed, own && other.own);
    }
}
