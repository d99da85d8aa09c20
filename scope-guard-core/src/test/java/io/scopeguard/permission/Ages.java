package io.scopeguard.permission;

/** How old answers were, to the millisecond. */
final class Ages {

    private static final int PER_SECOND = 1_000;

    private final int[] counts;
    private int answers;

    /**
     * @param seconds how old they can be
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

    /** How many seconds old so many per cent of them were at most. */
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
