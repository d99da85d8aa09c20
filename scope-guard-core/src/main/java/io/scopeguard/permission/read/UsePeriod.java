package io.scopeguard.permission.read;

/** The period in which uses are counted, and the count of the period before. Thread-safe. */
abstract class UsePeriod {

    private volatile byte current;
    private volatile int before;

    /** Begins a period, unless it has begun already. */
    final void begin(byte period) {
        if (Periods.isNext(period, current)) {
            end(period);
        }
    }

    private synchronized void end(byte period) {
        if (Periods.isNext(period, current)) {
            before = takeUses();
            current = period;
        }
    }

    /** Returns the uses that were counted in the current period, and resets their number. Called while this monitor is held. */
    abstract int takeUses();

    /** The number of uses in the period before the current one. */
    final int before() {
        return before;
    }
}
