package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.SimulatedProvider.Fault;
import io.scopeguard.permission.Simulation.Observed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The effect of changing roles and failures of the provider on users, in virtual time, at 20 calls per second for 100,000 users.
 */
@Tag("simulation")
class ChangeSimulationTests {

    private static final int CALLS_PER_SECOND = 20;
    private static final double TOLERANCE = 1.15;
    private static final double LIVE = 0.99;
    private static final Duration WARM_UP = Duration.ofMinutes(4);
    private static final double SWEEP = Simulation.sweep(CALLS_PER_SECOND);
    private static final Duration PROMISE = Simulation.MAX_AGE.plusMillis((long) (2_000 * SWEEP));

    /** An immediate read because of the losses, and its confirming read. */
    private static final int FURTHER_READS = 2;

    private static final Duration FAULT = Duration.ofSeconds(5);

    /** A multiple of the usual budget, so that the calls show the demand instead of the limit. */
    private static final int AMPLE = 6;

    /** If every page shows losses, every page is read twice, and a sweep takes twice as long. */
    private static final int ALL = 100;

    private static final List<String> REPORT = new ArrayList<>(List.of(
            "| case | live | age p50 | p99 | gone after | wrong losses | calls a second |",
            "|:---|---:|---:|---:|---:|---:|---:|"));

    /** The users whose right to edit comes from a global role. */
    private static final int HOLDERS = Simulation.CROWD.users().size() / 20;

    private static final int CHANGES = 12;

    private final Simulation simulation = Simulation.of(CALLS_PER_SECOND);

    @AfterAll
    static void print() throws IOException {
        System.out.println(String.join("\n", REPORT));
        Files.write(Path.of("target", "change-simulation.md"), REPORT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100})
    void observeWhenARoleIsTakenThenItIsGoneForAllAndOthersHardlyNotice(int percent) {
        warmUp(simulation);
        simulation.demote(percent);
        Observed during = observe("role taken from " + percent + " %", PROMISE.plus(Simulation.MAX_AGE));
        Observed after = observe("after that", WARM_UP);
        // If all users lost something, every page was read twice, so it takes another sweep until ages are as before.
        Observed steady = percent == ALL ? observe("steady again", WARM_UP) : after;

        assertThat(Math.max(during.goneAfter(), after.goneAfter())).isLessThanOrEqualTo(PROMISE.toSeconds());
        assertThat(during.live()).isGreaterThanOrEqualTo(LIVE);
        assertThat(during.wrongLosses()).isZero();
        assertThat(steady.ages().percentile(99)).isLessThanOrEqualTo(TOLERANCE * SWEEP);
    }

    @Test
    void observeWhenAScopeMovesToARoleThatAllHoldThenNobodyLosesIt() {
        warmUp(simulation);
        simulation.provider().giveFurtherRole();
        simulation.observe(Duration.ofSeconds(5));
        simulation.provider().editRole();
        Observed moved = observe("split role", PROMISE);

        assertThat(moved.wrongLosses()).isZero();
        assertThat(moved.live()).isGreaterThanOrEqualTo(LIVE);
    }

    @Test
    void observeWhenHalfOfTheMembersNeverComeThenTheOthersAreReadAsWell() {
        Simulation half = Simulation.of(CALLS_PER_SECOND, ChangeSimulationTests::everySecond);
        warmUp(half);
        Observed steady = half.observe(WARM_UP);
        report("half of the members make requests", steady);

        assertThat(steady.live()).isEqualTo(1);
        assertThat(steady.ages().percentile(99)).isLessThanOrEqualTo(TOLERANCE * SWEEP);
    }

    private static List<PermissionKey> everySecond(List<PermissionKey> users) {
        return IntStream.range(0, users.size())
                .filter(i -> i % 2 == 0)
                .mapToObj(users::get)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"edited", "deleted"})
    void observeWhenARoleChangesThenFewReadsOfTheDefinitionsShowIt(String change) {
        SimulatedProvider provider = simulation.provider();
        warmUp(simulation);
        Duration period = PROMISE.plus(Simulation.MAX_AGE);
        int begin = provider.definitionReads();
        simulation.observe(period);
        int before = provider.definitionReads() - begin;
        if (change.equals("edited")) {
            provider.editRole();
        } else {
            provider.deleteRole();
        }
        simulation.lostByAll();
        Observed during = observe("role " + change, period);

        assertThat(during.goneAfter()).isLessThanOrEqualTo(PROMISE.toSeconds());
        assertThat(during.live()).isGreaterThanOrEqualTo(LIVE);
        assertThat(provider.definitionReads() - begin - before).isLessThanOrEqualTo(before + FURTHER_READS);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.05", "5, 0.1"})
    void observeWhenAGlobalRoleGrantsAScopeThenFewFurtherCalls(int percent, double further) {
        Simulation ample = Simulation.of(AMPLE * CALLS_PER_SECOND, ChangeSimulationTests::withResourceTokens);
        warmUp(ample);
        Observed before = ample.observe(WARM_UP);
        ample.provider()
                .holdGlobally(ample.callers().stream()
                        .limit(ample.callers().size() * (long) percent / ALL)
                        .map(key -> key.subject().id())
                        .collect(Collectors.toSet()));
        ample.observe(Simulation.MAX_AGE.multipliedBy(2));
        Observed after = ample.observe(WARM_UP);
        report("global role held by " + percent + " %", after);

        assertThat(after.calls()).isLessThanOrEqualTo((int) ((1 + further) * before.calls()));
        assertThat(after.live()).isEqualTo(1);
        assertThat(after.wrongLosses()).isZero();
    }

    private static List<PermissionKey> withResourceTokens(List<PermissionKey> users) {
        return users.stream()
                .map(key -> new PermissionKey(key.subject(), key.organization(), SimulatedProvider.API))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"NO_MEMBERS", "NO_DEFINITIONS"})
    void observeWhenListsAreEmptyForSomeSecondsThenNobodyLosesAnything(Fault fault) {
        warmUp(simulation);
        simulation.provider().begin(fault);
        Observed during =
                observe((fault == Fault.NO_MEMBERS ? "empty lists" : "empty definitions") + " for 5 s", FAULT);
        simulation.provider().end(fault);
        simulation.demote(1);
        Observed after = observe("after that", PROMISE.plus(Simulation.MAX_AGE).plusMinutes(1));

        assertThat(during.wrongLosses() + after.wrongLosses()).isZero();
        assertThat(after.goneAfter()).isLessThanOrEqualTo(PROMISE.plusMinutes(1).toSeconds());
    }

    @Test
    void observeWhenTheProviderIsDownThenObservedLossesHoldAndNobodyElseLosesAnything() {
        warmUp(simulation);
        simulation.demote(1);
        simulation.observe(PROMISE.plus(Simulation.MAX_AGE));
        simulation.provider().begin(Fault.DOWN);
        Observed during = observe("outage", Simulation.MAX_STALE.multipliedBy(2));
        simulation.provider().end(Fault.DOWN);
        simulation.observe(Duration.ofSeconds((long) (2 * SWEEP)));
        Observed after = observe("two sweeps after the outage", WARM_UP);

        assertThat(during.goneAfter()).isZero();
        assertThat(during.wrongLosses() + after.wrongLosses()).isZero();
        assertThat(after.live()).isGreaterThanOrEqualTo(LIVE);
    }

    @Test
    void observeWhenHoldersAreEmptyForSomeSecondsThenNobodyLosesAGlobalRole() {
        Simulation holders = Simulation.of(CALLS_PER_SECOND, users -> withResourceTokens(users.subList(0, HOLDERS)));
        List<PermissionKey> all = holders.callers();
        all.forEach(holders.provider()::demote);
        holders.provider().holdGlobally(subjects(all));
        warmUp(holders);
        holders.provider().begin(Fault.NO_HOLDERS);
        Observed during = holders.observe(FAULT);
        report("empty holders for 5 s", during);
        holders.provider().end(Fault.NO_HOLDERS);
        List<PermissionKey> lost = all.subList(0, all.size() / ALL);
        holders.provider().holdGlobally(subjects(all.subList(lost.size(), all.size())));
        holders.lostBy(lost);
        Observed after = holders.observe(PROMISE.plus(Simulation.MAX_AGE).plusMinutes(1));
        report("after that", after);

        assertThat(during.live()).isGreaterThanOrEqualTo(LIVE);
        assertThat(during.wrongLosses() + after.wrongLosses()).isZero();
        assertThat(after.goneAfter())
                .isPositive()
                .isLessThanOrEqualTo(PROMISE.plusMinutes(1).toSeconds());
    }

    private static Set<String> subjects(List<PermissionKey> keys) {
        return keys.stream().map(key -> key.subject().id()).collect(Collectors.toSet());
    }

    @Test
    void observeWhenTheProviderGoesDownBehindAMovedScopeThenNobodyLosesIt() {
        warmUp(simulation);
        simulation.provider().giveFurtherRole();
        simulation.observe(FAULT);
        simulation.provider().editRole();
        Observed before = simulation.observe(FAULT);
        simulation.provider().begin(Fault.DOWN);
        Observed during = observe("split role, then an outage", Simulation.MAX_STALE.multipliedBy(2));
        simulation.provider().end(Fault.DOWN);
        Observed after = observe("after that", WARM_UP);

        assertThat(before.wrongLosses() + during.wrongLosses() + after.wrongLosses())
                .isZero();
    }

    @Test
    void observeWhenADefinitionChangesAllTheTimeThenNobodyLosesAnythingAndLossesBindInTime() {
        warmUp(simulation);
        int wrongLosses = 0;
        double goneAfter = 0;
        for (int change = 0; change < CHANGES; change++) {
            simulation.provider().extendRole(change % 2 == 0);
            if (change == 2) {
                simulation.demote(1);
            }
            Observed observed = simulation.observe(Duration.ofSeconds(20));
            wrongLosses += observed.wrongLosses();
            goneAfter = Math.max(goneAfter, observed.goneAfter());
        }
        Observed last = observe("definition that changed every 20 s", WARM_UP);

        assertThat(wrongLosses + last.wrongLosses()).isZero();
        assertThat(Math.max(goneAfter, last.goneAfter())).isPositive().isLessThanOrEqualTo(PROMISE.toSeconds());
        assertThat(last.live()).isGreaterThanOrEqualTo(LIVE);
    }

    private static void warmUp(Simulation simulation) {
        simulation.known().observe(WARM_UP);
    }

    private Observed observe(String what, Duration time) {
        Observed observed = simulation.observe(time);
        report(what, observed);
        return observed;
    }

    private static void report(String what, Observed observed) {
        REPORT.add(String.format(
                Locale.ROOT,
                "| %s | %.2f %% | %.1f s | %.1f s | %.1f s | %d | %.1f |",
                what,
                100 * observed.live(),
                observed.ages().percentile(50),
                observed.ages().percentile(99),
                observed.goneAfter(),
                observed.wrongLosses(),
                observed.callsPerSecond()));
    }
}
