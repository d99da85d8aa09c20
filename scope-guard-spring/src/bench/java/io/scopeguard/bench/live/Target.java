package io.scopeguard.bench.live;

import java.util.Locale;

/**
 * A measured value with its limits.
 *
 * @param least the minimum
 * @param most the maximum
 */
record Target(String what, double measured, double least, double most) {

    boolean isMet() {
        return measured >= least && measured <= most;
    }

    @Override
    public String toString() {
        String limit = most == Double.MAX_VALUE ? "at least " + number(least) : "at most " + number(most);
        return what + " " + number(measured) + (isMet() ? " (" : " MISSED (") + limit + ")";
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.4f", value);
        return text.replaceFirst("\\.?0+$", "");
    }
}
