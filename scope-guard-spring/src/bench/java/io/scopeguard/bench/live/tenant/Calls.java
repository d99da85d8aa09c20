package io.scopeguard.bench.live.tenant;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The number of calls of each kind. Immutable.
 */
public record Calls(Map<String, Long> byKind) {

    /** The calls since an earlier count. */
    public Calls since(Calls earlier) {
        Map<String, Long> difference = new TreeMap<>();
        byKind.forEach((kind, count) -> {
            long more = count - earlier.byKind.getOrDefault(kind, 0L);
            if (more > 0) {
                difference.put(kind, more);
            }
        });
        return new Calls(difference);
    }

    public long total() {
        return byKind.values().stream().mapToLong(Long::longValue).sum();
    }

    public long of(String... kinds) {
        long sum = 0;
        for (String kind : kinds) {
            sum += byKind.getOrDefault(kind, 0L);
        }
        return sum;
    }

    /** Sorted by frequency, the most frequent kind first. */
    @Override
    public String toString() {
        return byKind.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }
}
