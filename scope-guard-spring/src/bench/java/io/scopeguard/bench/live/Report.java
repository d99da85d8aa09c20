package io.scopeguard.bench.live;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/** Prints the measurements. */
final class Report {

    private static final String HEAD = """
            | case | decisions | live | worst second | age p50 / p99 / max | gone after | wrong grants | wrong refusals \
            | wrong demotions | 503 | wait p99 / max | calls/s | calls |
            |:---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|:---|""";

    private static final double LONG = 1e6;

    private Report() {}

    static void begin(Options options) {
        System.out.printf(
                Locale.ROOT,
                "%,d users, %d organizations, %d threads, %,d requests/s, ages / %d, latency %d ms, load average %.1f%n%n%s%n",
                options.users(),
                options.organizations(),
                options.threads(),
                options.requestsPerSecond(),
                options.scale(),
                options.latency().toMillis(),
                loadAverage(),
                HEAD);
    }

    static void rows(LiveCase played, Stage stage) {
        stage.rows().forEach(row -> System.out.println(line(played, row)));
    }

    static void targets(String name, List<Target> targets) {
        System.out.println();
        System.out.println(name + (targets.stream().allMatch(Target::isMet) ? ": ok" : ": MISSED"));
        targets.forEach(target -> System.out.println("  " + target));
    }

    static double loadAverage() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    /** A right that was never held counts as lost since the beginning. */
    private static String goneAfter(double seconds) {
        return seconds > LONG ? "never held" : String.format(Locale.ROOT, "%.1f s", seconds);
    }

    private static String line(LiveCase played, Stage.Row row) {
        Figures seen = row.figures();
        return String.format(
                Locale.ROOT,
                "| %s %s | %,d | %.2f %% | %.1f %% | %.1f / %.1f / %.1f s | %s | %d | %d | %d | %d | %.0f / %.0f ms | %.1f | %s |",
                played.title(),
                row.what(),
                seen.decisions(),
                100 * seen.live(),
                100 * seen.worstSecond(),
                seen.age(50),
                seen.age(99),
                seen.age(100),
                goneAfter(seen.goneAfter()),
                seen.wrongGrants(row.promise()),
                seen.wrongRefusals(),
                seen.wrongDemotions(),
                seen.unavailable(),
                1e3 * seen.waited(99),
                1e3 * seen.waited(100),
                seen.callsPerSecond(),
                seen.calls());
    }
}
