package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.FreshnessSimulation.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How old answers are where the provider allows far fewer calls than there are users. */
class FreshnessSimulationTests {

    private static final int USERS = 100_000;
    private static final int ORGANIZATIONS = 1_000;
    private static final int REQUESTS_PER_SECOND = 500;
    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration WARM_UP = Duration.ofMinutes(6);
    private static final Duration MEASURED = Duration.ofMinutes(3);
    private static final double TOLERANCE = 1.15;

    /** In how many sweeps all are known again, though most requests are refused meanwhile. */
    private static final double RECOVERY = 2;

    private static final Crowd CROWD = new Crowd(USERS, ORGANIZATIONS);
    private static final List<String> REPORT = new ArrayList<>();
    private static final List<String> NOTES = new ArrayList<>();

    @BeforeAll
    static void begin() {
        REPORT.add(format(
                "%,d users of %,d organizations (median %d, largest %,d), %,d requests a second, measured for %d s",
                USERS, ORGANIZATIONS, CROWD.median(), CROWD.largest(), REQUESTS_PER_SECOND, MEASURED.toSeconds()));
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
    void answersAreHardlyOlderThanASweepTakes(int callsPerSecond) {
        Outcome outcome = run(callsPerSecond, true);

        assertThat(outcome.unanswered()).isZero();
        assertThat(outcome.ages().percentile(99))
                .isLessThanOrEqualTo(Math.max(TOLERANCE * bound(callsPerSecond), MAX_AGE.toSeconds()));
        assertThat(outcome.callsPerSecond()).isLessThanOrEqualTo(callsPerSecond * TOLERANCE);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 10})
    void withoutListsMostUsersStayUnknown(int callsPerSecond) {
        Outcome outcome = run(callsPerSecond, false);

        assertThat(outcome.unanswered()).isGreaterThan(outcome.ages().answers());
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 10})
    void everybodyIsAnsweredSoonAfterTheStart(int callsPerSecond) {
        Duration recovery = simulation(callsPerSecond, true).recoverFromStart();

        assertSoon("Nobody known at first", callsPerSecond, recovery);
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 10})
    void everybodyIsAnsweredSoonAfterALongOutage(int callsPerSecond) {
        Duration recovery = simulation(callsPerSecond, true).recoverFromOutage();

        assertSoon("Everybody too old after an outage", callsPerSecond, recovery);
    }

    private static void assertSoon(String after, int callsPerSecond, Duration recovery) {
        NOTES.add(format(
                "%s: at %d calls/s, all requests are answered after %d s",
                after, callsPerSecond, recovery.toSeconds()));
        assertThat((double) recovery.toSeconds()).isLessThanOrEqualTo(RECOVERY * bound(callsPerSecond));
    }

    private static FreshnessSimulation simulation(int callsPerSecond, boolean hasList) {
        return new FreshnessSimulation(CROWD, REQUESTS_PER_SECOND, callsPerSecond, hasList);
    }

    private static Outcome run(int callsPerSecond, boolean hasList) {
        Outcome outcome = simulation(callsPerSecond, hasList).run(WARM_UP, MEASURED);
        REPORT.add(row(callsPerSecond, hasList, outcome));
        return outcome;
    }

    /** How long it takes to read everybody once, in seconds. */
    private static double bound(int callsPerSecond) {
        return (double) CROWD.pages() / callsPerSecond;
    }

    private static String row(int callsPerSecond, boolean hasList, Outcome outcome) {
        return format(
                "| %d | %s | %,d | %,d | %.1f s | %.1f s | %.1f s | %,d | %.1f | %.1f s |",
                callsPerSecond,
                hasList ? "by the page" : "one by one",
                outcome.ages().answers(),
                outcome.unanswered(),
                outcome.ages().percentile(50),
                outcome.ages().percentile(99),
                outcome.ages().percentile(100),
                outcome.calls(),
                outcome.callsPerSecond(),
                hasList ? bound(callsPerSecond) : (double) USERS / callsPerSecond);
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
