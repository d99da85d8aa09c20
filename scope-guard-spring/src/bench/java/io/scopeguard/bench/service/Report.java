package io.scopeguard.bench.service;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Prints results and comparisons. */
final class Report {

    private static final String ROW = "%-8s %-36s %10.0f %9.0f %9.0f %10.4f %10.0f %8.0f%n";
    private static final String HEADING = "%-8s %-36s %10s %9s %9s %10s %10s %8s%n";

    /** The targets, as ratios of requests per second. */
    private static final List<Target> TARGETS = List.of(
            new Target("f", "c", 1.3),
            new Target("f", "a", 0.82),
            new Target("f", "e", 15),
            new Target("f", "f-empty", 0.95),
            new Target("f-act", "a-act", 0.85),
            new Target("f-100", "f-jdk-100", 5));

    /** The target for services that have just started. */
    private static final List<Target> SOON = List.of(new Target("f", "a", 0.75));

    private final PrintStream out;
    private final List<Target> targets;
    private final long begin = System.nanoTime();
    private final OtherWork others = new OtherWork();

    /** @param isSoon whether the services have just started */
    Report(PrintStream out, boolean isSoon) {
        this.out = out;
        this.targets = isSoon ? SOON : TARGETS;
    }

    void begin(Settings settings) {
        print(
                "Warm-up %d s, measured %d times %d s, %d connections, %d users, %d processors, load %.1f, Java %s, %s%n%n",
                settings.warmup().toSeconds(),
                settings.rounds(),
                settings.turn().toSeconds(),
                settings.connections(),
                settings.users(),
                Runtime.getRuntime().availableProcessors(),
                systemLoad(),
                Runtime.version(),
                String.join(" ", settings.jvmFlags()));
    }

    /** Whether the targets of the measured variants are met. All services must still be running. */
    boolean end(List<Result> results) {
        print(HEADING, "variant", "", "requests/s", "p50 µs", "p99 µs", "CPU s/1000", "bytes/req", "RSS MB");
        results.forEach(this::add);
        Map<String, Result> byVariant = results.stream()
                .collect(toMap(result -> result.variant().id(), identity(), (a, b) -> b, LinkedHashMap::new));
        compare(byVariant);
        print(
                "%nIt took %d s. Load at the end %.1f, this benchmark's own included; other programs used %s.%n",
                (System.nanoTime() - begin) / 1_000_000_000,
                systemLoad(),
                others.processors()
                        .map(used -> format("%.2f processors", used))
                        .orElse("an unknown number of processors"));
        return targets.stream().allMatch(target -> target.isMet(byVariant));
    }

    /** The load of the last minute, including the benchmark itself. */
    private static double systemLoad() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private void add(Result result) {
        print(
                ROW,
                result.variant().id(),
                result.variant().title(),
                result.requestsPerSecond(),
                result.p50Micros(),
                result.p99Micros(),
                result.cpuSecondsPerThousand(),
                result.bytesPerRequest(),
                result.residentMegabytes());
        if (result.outcome().refused() > 0) {
            print(
                    "         %d of %d requests failed%n",
                    result.outcome().refused(), result.outcome().requests());
        }
    }

    private void compare(Map<String, Result> results) {
        print("%nRatios: by requests/s, and by processor time for a request (more is better in both)%n");
        print("%-8s %10s %10s %10s %10s%n", "variant", "/a req/s", "/a CPU", "/c req/s", "/c CPU");
        for (Result result : results.values()) {
            print("%-8s%s%s%n", result.variant().id(), ratios(result, results, "a"), ratios(result, results, "c"));
        }
        print("%nTargets%n");
        for (Target target : targets) {
            print("%-14s %10s  %s%n", target, ratios(target, results), target.outcome(results));
        }
    }

    private static String ratios(Target target, Map<String, Result> results) {
        return Optional.ofNullable(results.get(target.variant))
                .map(result -> ratios(result, results, target.base))
                .orElseGet(Report::unknown);
    }

    private static String ratios(Result result, Map<String, Result> results, String base) {
        return Optional.ofNullable(results.get(base))
                .map(other -> format(" %10.2f %10.2f", result.speedup(other), result.thrift(other)))
                .orElseGet(Report::unknown);
    }

    private static String unknown() {
        return format(" %10s %10s", "-", "-");
    }

    private void print(String format, Object... values) {
        out.print(format(format, values));
        out.flush();
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    private record Target(String variant, String base, double least) {

        /** A target without measurements is not missed. */
        boolean isMet(Map<String, Result> results) {
            return !isMeasured(results) || results.get(variant).speedup(results.get(base)) >= least;
        }

        String outcome(Map<String, Result> results) {
            return !isMeasured(results) ? "not measured" : isMet(results) ? "" : "MISSED";
        }

        private boolean isMeasured(Map<String, Result> results) {
            return results.containsKey(variant) && results.containsKey(base);
        }

        @Override
        public String toString() {
            return format("%s >= %.2f x %s", variant, least, base);
        }
    }
}
