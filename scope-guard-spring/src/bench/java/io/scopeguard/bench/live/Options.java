package io.scopeguard.bench.live;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The size of the cases.
 *
 * @param cases beginnings of the names of the cases to run; empty for all
 * @param users the number of users in the crowd
 * @param organizations the number of their organizations, of mixed sizes
 * @param threads the number of threads that make decisions
 * @param requestsPerSecond the requests of the crowd per second
 * @param scale the divisor of the default ages
 * @param latency the latency of the provider
 * @param measured how long a steady state is measured
 * @param repeat the number of restarts of the process in cases that measure restarts
 * @param parallel the number of cases that run at the same time
 */
public record Options(
        List<String> cases,
        int users,
        int organizations,
        int threads,
        int requestsPerSecond,
        int scale,
        Duration latency,
        Duration measured,
        int repeat,
        int parallel) {

    private static final Map<String, String> DEFAULTS = Map.of(
            "cases", "",
            "users", "5000",
            "organizations", "50",
            "threads", "32",
            "requests", "1000",
            "scale", "5",
            "latency", "20",
            "seconds", "20",
            "repeat", "10",
            "parallel", "1");

    /**
     * Parses arguments of the form {@code name=value}.
     *
     * @throws IllegalArgumentException if a name is unknown
     */
    static Options parse(String... args) {
        Map<String, String> values = new HashMap<>(DEFAULTS);
        for (String arg : args) {
            String[] pair = arg.split("=", 2);
            if (pair.length < 2 || !DEFAULTS.containsKey(pair[0])) {
                throw new IllegalArgumentException(
                        "expected " + DEFAULTS.keySet() + ", each as name=value, not " + arg);
            }
            values.put(pair[0], pair[1]);
        }
        return of(values);
    }

    private static Options of(Map<String, String> values) {
        return new Options(
                values.get("cases").isEmpty()
                        ? List.of()
                        : List.of(values.get("cases").split(",", -1)),
                number(values, "users"),
                number(values, "organizations"),
                number(values, "threads"),
                number(values, "requests"),
                number(values, "scale"),
                Duration.ofMillis(number(values, "latency")),
                Duration.ofSeconds(number(values, "seconds")),
                number(values, "repeat"),
                number(values, "parallel"));
    }

    /** The age from which live permissions are read again. */
    public Duration maxAge() {
        return Duration.ofSeconds(30).dividedBy(scale);
    }

    /** The age beyond which live permissions are not used. */
    public Duration maxStale() {
        return Duration.ofMinutes(5).dividedBy(scale);
    }

    /**
     * The cases to run.
     *
     * @throws IllegalArgumentException if a name is not the beginning of the name of any case
     */
    List<LiveCase> picked(List<LiveCase> all) {
        List<String> titles = all.stream().map(LiveCase::title).toList();
        for (String name : cases) {
            if (name.isEmpty() || titles.stream().noneMatch(title -> title.startsWith(name))) {
                throw new IllegalArgumentException("expected beginnings of " + titles + ", not '" + name + "'");
            }
        }
        return all.stream()
                .filter(one -> cases.isEmpty() || cases.stream().anyMatch(one.title()::startsWith))
                .toList();
    }

    private static int number(Map<String, String> values, String name) {
        return Integer.parseInt(values.get(name));
    }
}
