package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.ChangeSimulation.Counts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens to 100,000 users if roles change and the provider fails, in virtual time. */
class ChangeSimulationTests {

    private static final int USERS = 100_000;
    private static final int CALLS_PER_SECOND = 20;
    private static final int REQUESTS_PER_SECOND = 500;
    private static final double TOLERANCE = 1.15;
    private static final double LIVE = 0.99;
    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final Duration MAX_STALE = Duration.ofMinutes(5);
    private static final Duration WARM_UP = Duration.ofMinutes(4);

    private static final Crowd CROWD = new Crowd(USERS, 1_000);
    private static final double SWEEP = (double) CROWD.pages() / CALLS_PER_SECOND;
    private static final Duration PROMISE = MAX_AGE.plusMillis((long) (2_000 * SWEEP));

    /** If every page shows losses, every page is read twice, and a sweep takes twice as long. */
    private static final int ALL = 100;

    private static final List<String> REPORT = new ArrayList<>(List.of(
            "| case | live | age p50 | p99 | gone after | wrong losses | calls a second |",
            "|:---|---:|---:|---:|---:|---:|---:|"));

    private final ChangeSimulation simulation = simulation(CROWD.users());

    @AfterAll
    static void print() throws IOException {
        System.out.println(String.join("\n", REPORT));
        Files.write(Path.of("target", "change-simulation.md"), REPORT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100})
    void observeWhenARoleIsTakenThenItIsGoneForAllAndOthersHardlyNotice(int percent) {
        simulation.warmUp(WARM_UP);
        simulation.demote(percent);
        Counts during = observe("role taken from " + percent + " %", PROMISE.plus(MAX_AGE));
        Counts after = observe("after that", WARM_UP);
        // If everybody lost something, every page was read twice: it takes another sweep until ages are as before.
        Counts steady = percent == ALL ? observe("steady again", WARM_UP) : after;

        Duration bound = percent == ALL ? MAX_STALE : PROMISE;
        assertThat(Math.max(during.goneAfter(), after.goneAfter())).isLessThanOrEqualTo(bound.toSeconds());
        assertThat(during.live()).isGreaterThanOrEqualTo(LIVE);
        assertThat(during.wrongLosses()).isZero();
        assertThat(steady.ages().percentile(99)).isLessThanOrEqualTo(TOLERANCE * SWEEP);
    }

    @Test
    void observeWhenAScopeMovesToARoleThatAllHoldThenNobodyLosesIt() {
        simulation.warmUp(WARM_UP);
        simulation.provider().giveFurtherRole();
        simulation.observe(Duration.ofSeconds(5));
        simulation.provider().moveScope();
        Counts moved = observe("split role", PROMISE);

        assertThat(moved.wrongLosses()).isZero();
        assertThat(moved.live()).isGreaterThanOrEqualTo(LIVE);
    }

    @Test
    void observeWhenHalfOfTheMembersNeverComeThenTheOthersAreReadAsWell() {
        ChangeSimulation half = simulation(IntStream.range(0, USERS)
                .filter(i -> i % 2 == 0)
                .mapToObj(CROWD.users()::get)
                .toList());
        half.warmUp(WARM_UP);
        Counts steady = half.observe(WARM_UP);
        report("half of the members make requests", steady, WARM_UP);

        assertThat(steady.live()).isEqualTo(1);
        assertThat(steady.ages().percentile(99)).isLessThanOrEqualTo(TOLERANCE * SWEEP);
    }

    @Test
    void observeWhenListsAreEmptyForSomeSecondsThenNobodyIsExpelled() {
        simulation.warmUp(WARM_UP);
        simulation.provider().setEmpty(true);
        Counts during = observe("empty lists for 5 s", Duration.ofSeconds(5));
        simulation.provider().setEmpty(false);
        simulation.demote(1);
        Counts after = observe("after that", PROMISE.plus(MAX_AGE).plusMinutes(1));

        assertThat(during.wrongLosses() + after.wrongLosses()).isZero();
        assertThat(after.goneAfter()).isLessThanOrEqualTo(PROMISE.plusMinutes(1).toSeconds());
    }

    @Test
    void observeWhenTheProviderIsDownThenObservedLossesHoldAndNobodyElseLosesAnything() {
        simulation.warmUp(WARM_UP);
        simulation.demote(1);
        simulation.observe(PROMISE.plus(MAX_AGE));
        simulation.provider().setDown(true);
        Counts during = observe("outage", MAX_STALE.multipliedBy(2));
        simulation.provider().setDown(false);
        simulation.observe(Duration.ofSeconds((long) (2 * SWEEP)));
        Counts after = observe("two sweeps after the outage", WARM_UP);

        assertThat(during.goneAfter()).isZero();
        assertThat(during.wrongLosses() + after.wrongLosses()).isZero();
        assertThat(after.live()).isGreaterThanOrEqualTo(LIVE);
    }

    private static ChangeSimulation simulation(List<PermissionKey> callers) {
        return new ChangeSimulation(CROWD, callers, REQUESTS_PER_SECOND, CALLS_PER_SECOND);
    }

    private Counts observe(String what, Duration time) {
        Counts counts = simulation.observe(time);
        report(what, counts, time);
        return counts;
    }

    private static void report(String what, Counts counts, Duration time) {
        REPORT.add(String.format(
                Locale.ROOT,
                "| %s | %.2f %% | %.1f s | %.1f s | %.1f s | %d | %.1f |",
                what,
                100 * counts.live(),
                counts.ages().answers() == 0 ? 0 : counts.ages().percentile(50),
                counts.ages().answers() == 0 ? 0 : counts.ages().percentile(99),
                counts.goneAfter(),
                counts.wrongLosses(),
                counts.calls() * 1e3 / time.toMillis()));
    }
}
