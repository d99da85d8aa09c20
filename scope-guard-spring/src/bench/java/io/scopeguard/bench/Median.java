package io.scopeguard.bench;

import java.util.Arrays;

/** Computes the median of measured values. */
public final class Median {

    private Median() {}

    /** The median. For an even number of values, it is the mean of the two in the middle. */
    public static double of(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
