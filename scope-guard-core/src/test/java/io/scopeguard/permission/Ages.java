package io.scopeguard.permission;

/** The ages of answers, to the millisecond. */
final class Ages {

    private static final int PER_SECOND = 1_000;

    private final int[] counts;
    private int answers;

    /**
     * @param seconds the maximum age
     */
    Ages(int seconds) {
        counts = new int[seconds * PER_SECOND + 1];
    }

    void add(long nanos) {
        counts[(int) (nanos / 1_000_000)]++;
        answers++;
    }

    int answers() {
        return answers;
    }

    /** The percentile of the ages, in seconds. */
    double percentile(int percent) {
        if (answers == 0) {
            return 0;
        }
        long rank = Math.max(1, (long) Math.ceil(answers * (percent / 100.0)));
        int millis = 0;
        for (long seen = counts[0]; seen < rank; seen += counts[millis]) {
            millis++;
        }
        return (double) millis / PER_SECOND;
    }
}
