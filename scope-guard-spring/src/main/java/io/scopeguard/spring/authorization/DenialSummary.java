package io.scopeguard.spring.authorization;

import io.scopeguard.Denial;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts denials, and logs the counts with the first denial and then with the first one after each full minute. Its size does not
 * depend on requests. Thread-safe.
 */
final class DenialSummary {

    private static final Logger log = LoggerFactory.getLogger(DenialSummary.class);

    private static final long INTERVAL = Duration.ofMinutes(1).toNanos();
    private static final int MAX_OPERATIONS = 100;
    private static final int SHOWN = 3;

    private final SteadyClock clock;
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final Map<String, Integer> operations = new HashMap<>();
    private int count;
    private @Nullable Long loggedAt;

    DenialSummary(SteadyClock clock) {
        this.clock = clock;
    }

    void add(String operation, @Nullable Denial denial) {
        String due = counted(operation, denial);
        if (due != null) {
            log.warn("{}", due);
        }
    }

    private synchronized @Nullable String counted(String operation, @Nullable Denial denial) {
        count++;
        reasons.merge(String.valueOf(denial).toLowerCase(Locale.ROOT), 1, Integer::sum);
        if (operations.size() < MAX_OPERATIONS || operations.containsKey(operation)) {
            operations.merge(operation, 1, Integer::sum);
        }
        long now = clock.nanos();
        if (loggedAt != null && now - loggedAt < INTERVAL) {
            return null;
        }
        String since = loggedAt == null ? "start-up" : "the last summary";
        loggedAt = now;
        return take(since);
    }

    private String take(String since) {
        String summary = "Denied " + count + (count == 1 ? " operation" : " operations") + " since " + since + ": "
                + reasons.entrySet().stream().map(DenialSummary::text).collect(Collectors.joining(", "))
                + ". Most often: "
                + operations.entrySet().stream()
                        .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                                .thenComparing(Map.Entry.comparingByKey()))
                        .limit(SHOWN)
                        .map(DenialSummary::text)
                        .collect(Collectors.joining(", "));
        count = 0;
        reasons.clear();
        operations.clear();
        return summary;
    }

    private static String text(Map.Entry<String, Integer> entry) {
        return entry.getKey() + " (" + entry.getValue() + ")";
    }
}
