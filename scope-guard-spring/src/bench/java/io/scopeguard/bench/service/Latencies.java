package io.scopeguard.bench.service;

import java.util.Arrays;

/** A histogram of durations, with a precision of 1.6 %. Not thread-safe. */
final class Latencies {

    private static final int PRECISION_BITS = 6;
    private static final int STEPS = 1 << PRECISION_BITS;

    private final long[] counts = new long[(Long.SIZE - PRECISION_BITS + 1) * STEPS];
    private long total;

    void add(long nanos) {
        counts[index(nanos)]++;
        total++;
    }

    /** Adds the durations of another histogram. */
    Latencies plus(Latencies others) {
        Latencies sum = new Latencies();
        Arrays.setAll(sum.counts, i -> counts[i] + others.counts[i]);
        sum.total = total + others.total;
        return sum;
    }

    long total() {
        return total;
    }

    /** The duration that this share of all durations does not exceed, in nanoseconds; zero if the histogram is empty. */
    long quantile(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * total));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return value(i);
            }
        }
        return 0;
    }

    /** The bucket of a duration: exact below two steps, then the same number of buckets for each doubling. */
    private static int index(long nanos) {
        int shift = Math.max(0, Long.SIZE - 1 - PRECISION_BITS - Long.numberOfLeadingZeros(nanos | 1));
        return shift * STEPS + (int) (nanos >> shift);
    }

    private static long value(int index) {
        int shift = Math.max(0, index / STEPS - 1);
        return (long) (index - shift * STEPS) << shift;
    }
}
