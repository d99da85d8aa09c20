package io.scopeguard.permission.read;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The users who were read alone lately because a change of theirs was reported. At most as many as a sweep takes calls: if more changes
 * are reported, a sweep answers them with fewer. Not thread-safe.
 */
final class ReportedReads {

    private static final long LATELY = Duration.ofSeconds(30).toNanos();

    private final Map<String, Long> times = new HashMap<>(2);

    /**
     * Takes note of a report.
     *
     * @param sweep the number of calls of a sweep
     * @return how many users were read alone lately, including this one; more than the calls of a sweep if this one waits for a sweep
     */
    int count(String user, int sweep, long now) {
        if (times.size() >= sweep) {
            times.values().removeIf(at -> now - at >= LATELY);
        }
        if (times.size() < sweep) {
            times.putIfAbsent(user, now);
        }
        return times.containsKey(user) ? times.size() : times.size() + 1;
    }
}
