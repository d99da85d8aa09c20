package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.Simulation.Observed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ages of answers if the provider allows far fewer calls than there are users. Calls per second are for 100,000 users. */
@Tag("simulation")
class FreshnessSimulationTests {

    private static final Duration WARM_UP = Duration.ofMinutes(6);
    private static final Duration MEASURED = Duration.ofMinutes(3);
    private static final double TOLERANCE = 1.15;

    /** The number of sweeps until all users are known again, although most requests are denied meanwhile. */
    private static final double RECOVERY = 2;

    private static final List<String> REPORT = new ArrayList<>();
    private static final List<String> NOTES = new ArrayList<>();

    @BeforeAll
    static void begin() {
        Crowd crowd = Simulation.CROWD;
        REPORT.add(format(
                "%,d users (median organization %d, largest %,d), a request every 200 s each, measured for %d s",
                crowd.users().size(), crowd.median(), crowd.largest(), MEASURED.toSeconds()));
        REPORT.add("");
        REPORT.add(
                "| calls/s | read | answers | refused | age p50 | p99 | max | calls spent | a second | sweep bound |");
        REPORT.add("|---:|:---|---:|---:|---:|---:|---:|---:|---:|---:|");
    }

    @AfterAll
    static void print() throws IOException {
        REPORT.add("");
        NOTES.stream().sorted().map(note -> "- " + note).forEach(REPORT::add);
        System.out.println(String.join("\n", REPORT));
        Files.write(Path.of("target", "freshness-simulation.md"), REPORT);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 10})
    void answersWhenCallsAreFewThenHardlyOlderThanASweepTakes(int callsPerSecond) {
        Observed steady = steady(Simulation.of(callsPerSecond), callsPerSecond, "by the page");

        assertThat(steady.unanswered()).isZero();
        assertThat(steady.ages().percentile(99))
                .isLessThanOrEqualTo(
                        Math.max(TOLERANCE * Simulation.sweep(callsPerSecond), Simulation.MAX_AGE.toSeconds()));
        assertThat(steady.callsPerSecond()).isLessThanOrEqualTo(Simulation.scaled(callsPerSecond) * TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 10})
    void answersWhenThereAreNoListsThenMostUsersStayUnknown(int callsPerSecond) {
        Observed steady = steady(Simulation.withoutLists(callsPerSecond), callsPerSecond, "one by one");

        assertThat(steady.unanswered()).isGreaterThan(steady.ages().answers());
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 10})
    void answersWhenNobodyIsKnownAtTheStartThenEverybodyIsAnsweredSoon(int callsPerSecond) {
        Simulation simulation = Simulation.of(callsPerSecond).cold();

        assertSoon("Nobody known at first", callsPerSecond, simulation.recover());
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 10})
    void answersWhenAnOutageWasLongThenEverybodyIsAnsweredSoon(int callsPerSecond) {
        Simulation simulation = Simulation.of(callsPerSecond).known();
        simulation.rest(Simulation.MAX_STALE.multipliedBy(2));

        assertSoon("Everybody too old after an outage", callsPerSecond, simulation.recover());
    }

    private static void assertSoon(String after, int callsPerSecond, Duration recovery) {
        NOTES.add(format(
                "%s: at %d calls/s, all requests are answered after %d s",
                after, callsPerSecond, recovery.toSeconds()));
        assertThat((double) recovery.toSeconds()).isLessThanOrEqualTo(RECOVERY * Simulation.sweep(callsPerSecond));
    }

    private static Observed steady(Simulation simulation, int callsPerSecond, String way) {
        simulation.known().observe(WARM_UP);
        Observed steady = simulation.observe(MEASURED);
        REPORT.add(row(callsPerSecond, way, steady));
        return steady;
    }

    private static String row(int callsPerSecond, String way, Observed steady) {
        return format(
                "| %d | %s | %,d | %,d | %.1f s | %.1f s | %.1f s | %,d | %.1f | %.1f s |",
                callsPerSecond,
                way,
                steady.ages().answers(),
                steady.unanswered(),
                steady.ages().percentile(50),
                steady.ages().percentile(99),
                steady.ages().percentile(100),
                steady.calls(),
                steady.callsPerSecond(),
                Simulation.sweep(callsPerSecond));
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
