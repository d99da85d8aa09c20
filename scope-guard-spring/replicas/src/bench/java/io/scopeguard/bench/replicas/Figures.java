package io.scopeguard.bench.replicas;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Figures and whether they meet their targets. Used by one thread. */
final class Figures {

    private final List<String> rows = new ArrayList<>();
    private int missed;

    /** Adds a figure that has to be at most the target. */
    void atMost(String what, double figure, double target) {
        boolean isMet = figure <= target;
        missed += isMet ? 0 : 1;
        add("| %s | %.2f | ≤ %.2f | %s |".formatted(what, figure, target, isMet ? "ok" : "MISSED"));
    }

    /** Adds a figure that has to be at least the target. */
    void atLeast(String what, double figure, double target) {
        boolean isMet = figure >= target;
        missed += isMet ? 0 : 1;
        add("| %s | %.2f | ≥ %.2f | %s |".formatted(what, figure, target, isMet ? "ok" : "MISSED"));
    }

    /** Adds a figure without a target. */
    void reported(String what, double figure) {
        add("| %s | %.2f | reported | |".formatted(what, figure));
    }

    private void add(String row) {
        rows.add(row);
        System.out.println(row);
    }

    int missed() {
        return missed;
    }

    void print() {
        System.out.println("\n| figure | measured | target | |\n|---|---|---|---|");
        rows.forEach(System.out::println);
        System.out.println(missed == 0 ? "All targets are met." : missed + " targets are missed.");
    }

    static double percentile(List<Long> values, double part) {
        List<Long> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.isEmpty() ? 0 : sorted.get((int) Math.min(Math.ceil(part * sorted.size()), sorted.size()) - 1);
    }

    static double median(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
