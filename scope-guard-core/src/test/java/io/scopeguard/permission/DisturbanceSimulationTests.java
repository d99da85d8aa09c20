package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.Simulation.Observed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clocks that jump, lists that shift while they are read, slow answers, and users who demand reads of their own. */
@Tag("simulation")
class DisturbanceSimulationTests {

    private static final int CALLS_PER_SECOND = 20;
    private static final double TOLERANCE = 1.15;
    private static final double LIVE = 0.99;
    private static final Duration WARM_UP = Duration.ofMinutes(4);
    private static final Duration MEASURED = Duration.ofMinutes(3);
    private static final double SWEEP = Simulation.sweep(CALLS_PER_SECOND);
    private static final Duration PROMISE = Simulation.MAX_AGE.plusMillis((long) (2_000 * SWEEP));
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Simulation simulation = Simulation.of(CALLS_PER_SECOND);

    @Test
    void observeWhenTheClockIsSetBackThenNothingHappens() {
        warmUp(simulation);
        simulation.step(Duration.ofHours(-1));
        simulation.observe(Simulation.MAX_AGE.multipliedBy(2));
        demoteSome(simulation);
        Observed after = simulation.observe(PROMISE.plus(WARM_UP));

        assertThat(after.live()).isEqualTo(1);
        assertThat(after.wrongLosses()).isZero();
        assertThat(after.goneAfter()).isPositive().isLessThanOrEqualTo(PROMISE.toSeconds());
        assertThat(after.ages().percentile(99)).isLessThanOrEqualTo(TOLERANCE * SWEEP);
    }

    /** Nearly every page shows a loss then, while the budget is used up by requests that wait. */
    @Test
    void observeWhenTheMachineWasFrozenAndSomeOfEachPageLostARoleThenLiveAgainSoon() {
        warmUp(simulation);
        simulation.demote(1);
        simulation.step(Duration.ofMinutes(10));
        Observed recovering = simulation.observe(Duration.ofSeconds((long) (4 * SWEEP)));
        Observed after = simulation.observe(MEASURED);

        assertThat(Math.max(recovering.goneAfter(), after.goneAfter())).isLessThanOrEqualTo(PROMISE.toSeconds());
        assertThat(recovering.wrongLosses() + after.wrongLosses()).isZero();
        assertThat(after.live()).isGreaterThanOrEqualTo(LIVE);
    }

    /** A clock that is set forward cannot be told from a freeze. */
    @ParameterizedTest
    @ValueSource(ints = {10, 60})
    void observeWhenTheMachineWasFrozenThenNoAnswerIsFromBefore(int minutes) {
        warmUp(simulation);
        demoteSome(simulation);
        simulation.step(Duration.ofMinutes(minutes));
        Observed first = simulation.observe(SECOND);
        Observed recovering = simulation.observe(Duration.ofSeconds((long) (2 * SWEEP)));
        Observed after = simulation.observe(MEASURED);

        assertThat(first.live()).isLessThan(1);
        assertThat(first.goneAfter() + recovering.goneAfter() + after.goneAfter())
                .isZero();
        assertThat(first.wrongLosses() + recovering.wrongLosses() + after.wrongLosses())
                .isZero();
        assertThat(after.live()).isGreaterThanOrEqualTo(LIVE);
    }

    /** The list changes during every pass. Two passes show that a member is gone, even if the member makes no request. */
    @Test
    void observeWhenMembersLeaveWhilePagesAreReadThenOnlyTheyLoseTheirRights() {
        warmUp(simulation);
        Iterator<PermissionKey> leaving = ofLargestOrganization(simulation).iterator();
        simulation.repeat(Duration.ofSeconds(2), () -> simulation.expel(List.of(leaving.next())));
        Observed during = simulation.observe(MEASURED);
        simulation.repeat(Duration.ofDays(1), () -> {});
        Observed after = simulation.observe(PROMISE.plus(Simulation.MAX_AGE));

        assertThat(during.wrongLosses() + after.wrongLosses()).isZero();
        assertThat(Math.max(during.goneAfter(), after.goneAfter()))
                .isPositive()
                .isLessThanOrEqualTo(PROMISE.toSeconds());
        assertThat(during.live()).isEqualTo(1);
        assertThat(during.ages().percentile(99)).isLessThanOrEqualTo(TOLERANCE * SWEEP);
    }

    private static List<PermissionKey> ofLargestOrganization(Simulation simulation) {
        Map<String, List<PermissionKey>> members = new HashMap<>();
        simulation
                .callers()
                .forEach(key -> members.computeIfAbsent(String.valueOf(key.organization()), id -> new ArrayList<>())
                        .add(key));
        return members.values().stream()
                .max((a, b) -> Integer.compare(a.size(), b.size()))
                .orElseThrow();
    }

    /** Each demands two or three calls, and has a request every 200 seconds. */
    @Test
    void observeWhenSomeUsersDemandReadsThenTheirsAreExactAndOthersHardlyNotice() {
        warmUp(simulation);
        simulation.demandReads(some(simulation));
        simulation.observe(MEASURED);
        demoteSome(simulation);
        Observed after = simulation.observe(MEASURED);

        assertThat(after.goneAfter()).isZero();
        assertThat(after.wrongLosses()).isZero();
        assertThat(after.live()).isGreaterThanOrEqualTo(LIVE);
        assertThat(after.ages().percentile(99)).isLessThanOrEqualTo(TOLERANCE * SWEEP);
    }

    /** One call after the other takes a little less time than half of the usual budget allows. */
    @Test
    void observeWhenAnswersAreLateThenAgesCountFromTheBeginningOfTheCalls() {
        int callsPerSecond = CALLS_PER_SECOND / 2;
        double sweep = Simulation.sweep(callsPerSecond);
        Simulation slow = Simulation.of(callsPerSecond);
        slow.latency(Duration.ofMillis(900 / Simulation.scaled(callsPerSecond)));
        warmUp(slow);
        demoteSome(slow);
        Observed during = slow.observe(Simulation.MAX_AGE.plusSeconds((long) (2 * sweep)));
        Observed after = slow.observe(WARM_UP);

        assertThat(during.wrongLosses() + after.wrongLosses()).isZero();
        assertThat(Math.max(during.goneAfter(), after.goneAfter()))
                .isPositive()
                .isLessThanOrEqualTo(Simulation.MAX_STALE.toSeconds());
        assertThat(after.live()).isGreaterThanOrEqualTo(LIVE);
        assertThat(after.ages().percentile(99)).isLessThanOrEqualTo(TOLERANCE * sweep);
    }

    private static void demoteSome(Simulation simulation) {
        some(simulation).forEach(simulation.provider()::demote);
        simulation.lostBy(some(simulation));
    }

    private static List<PermissionKey> some(Simulation simulation) {
        return simulation.callers().subList(0, 30);
    }

    private static void warmUp(Simulation simulation) {
        simulation.known().observe(WARM_UP);
    }
}
