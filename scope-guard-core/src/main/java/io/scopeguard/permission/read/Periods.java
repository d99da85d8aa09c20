package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;

/**
 * The numbers of the periods in which uses are counted: from 1 to 100, and then from 1 again.
 *
 * @hidden
 */
@Internal
public final class Periods {

    private static final int COUNT = 100;

    /** How many periods a request may have waited. */
    private static final int LATE = 2;

    private Periods() {}

    /** The period at this time, in nanoseconds. */
    public static byte at(long time, long length) {
        return (byte) (Math.floorMod(time / length, COUNT) + 1);
    }

    /**
     * Whether a period follows the current one. Requests that arrived in the last period may end in this one: if they began the last
     * one again, both would lose their counts.
     *
     * @param current zero before the first period
     */
    static boolean isNext(byte period, byte current) {
        return current == 0 || Math.floorMod(current - period, COUNT) > LATE;
    }
}
