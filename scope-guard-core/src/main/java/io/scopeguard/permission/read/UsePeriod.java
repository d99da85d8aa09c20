package io.scopeguard.permission.read;

import java.util.function.IntSupplier;

/** The period in which uses are counted, and the count of the period before. Thread-safe. */
final class UsePeriod {

    private volatile byte current;
    private volatile int before;

    /**
     * Begins a period, unless it has begun already.
     *
     * @param uses returns the uses that were counted in the current period, and resets their number
     */
    void begin(byte period, IntSupplier uses) {
        if (Periods.isNext(period, current)) {
            end(period, uses);
        }
    }

    private synchronized void end(byte period, IntSupplier uses) {
        if (Periods.isNext(period, current)) {
            before = uses.getAsInt();
            current = period;
        }
    }

    /** The number of uses in the period before the current one. */
    int before() {
        return before;
    }
}
