package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sweeps that fail, or during which the list changes. */
class SweepFailureTests {

    private static final Scopes READ = Scopes.of("read");

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final TestDirectory directory = new TestDirectory().role("viewer", "read");
    private final StepExecutor executor = new StepExecutor();
    private final PermissionCache cache = new PermissionCache(
            "Test", directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor, new Sweeps());

    @BeforeEach
    void sweepOnce() {
        directory.members("acme", 250, "viewer");
        for (int i = 0; i < 250; i++) {
            get("user-" + i);
        }
        clock.advanceSeconds(29);
        get("user-0");
        executor.runAll();
        directory.forgetCalls();
    }

    /** Another thread processes the page of the member after the request has looked for the member. */
    @Test
    void getWhenThePageIsReadWhileTheRequestJoinsThenItDoesNotWaitForFurtherPages() {
        AtomicReference<Runnable> joining = new AtomicReference<>(() -> {});
        TestDirectory slow = new TestDirectory() {
            @Override
            public int readers() {
                joining.getAndSet(() -> {}).run();
                return super.readers();
            }
        };
        slow.role("viewer", "read").members("acme", 450, "viewer");
        PermissionCache own = new PermissionCache(
                "Test", slow, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor, new Sweeps());
        for (int i = 0; i < 450; i++) {
            own.get(key("user-" + i), fresh(), READ);
        }
        executor.runAll();
        clock.advance(Duration.ofMinutes(6));
        for (int i = 0; i < 450; i++) {
            own.refresh(key("user-" + i), fresh());
        }
        slow.forgetCalls();
        runUntilPage(slow, 1);
        joining.set(() -> runUntilPage(slow, 2));

        assertThat(own.get(key("user-150"), fresh(), READ).granted()).isEqualTo(READ);
        assertThat(slow.calls("members")).isEqualTo(2);
    }

    private void runUntilPage(TestDirectory source, int number) {
        while (source.calls("members") < number) {
            executor.run(1);
        }
    }

    @Test
    void sweepWhenAPageFailsThenAbandonedAndNobodyCountsAsLeftOut() {
        clock.advanceSeconds(29);
        askForAll();
        directory.meanwhile("members", () -> directory.down(true));
        executor.runAll();
        directory.down(false);
        directory.forgetCalls();
        clock.advanceSeconds(5);
        askForAll();
        executor.runAll();

        assertThat(directory.calls("members")).isEqualTo(3);
        assertThat(directory.calls("membership")).isZero();
    }

    /** The page counts as unread, so that all of its losses are confirmed by the next sweep instead of one by one. */
    @Test
    void sweepWhenThereIsNoRoomToConfirmAPagesLossesThenThePageIsReadAgain() {
        for (int i = 0; i < 90; i++) {
            directory.member("acme", "user-" + i);
        }
        clock.advanceSeconds(29);
        askForAll();
        directory.meanwhile("members", () -> directory.exhausted(true));
        executor.runAll();
        directory.exhausted(false);
        askForAll();
        executor.runAll();

        assertThat(directory.calls("membership")).isZero();
        assertThat(get("user-7").granted()).isEqualTo(Scopes.none());
    }

    /** Otherwise, a budget that is used up would let no sweep end. */
    @Test
    void sweepWhenThereIsNoRoomToConfirmALaterPagesLossesThenItContinuesWithThatPage() {
        for (int i = 200; i < 250; i++) {
            directory.member("acme", "user-" + i);
        }
        clock.advanceSeconds(29);
        askForAll();
        while (directory.calls("members") < 2) {
            executor.run(1);
        }
        directory.meanwhile("members", () -> directory.exhausted(true));
        executor.runAll();
        directory.exhausted(false);
        directory.forgetCalls();
        askForAll();
        executor.runAll();

        assertThat(directory.calls("members"))
                .describedAs("which confirms as well")
                .isEqualTo(1);
        assertThat(get("user-207").granted()).isEqualTo(Scopes.none());
    }

    /** They are in use like all others, so the next passes look for them. */
    @Test
    void sweepWhenLossesAreConfirmedByTheirPageReadAgainThenALaterAbsenceIsNoticedByPage() {
        for (int i = 0; i < 20; i++) {
            directory.member("acme", "user-" + i);
        }
        clock.advanceSeconds(29);
        askForAll();
        directory.meanwhile("members", () -> directory.exhausted(true));
        executor.runAll();
        directory.exhausted(false);
        clock.advanceSeconds(5);
        askForAll();
        executor.runAll();
        assertThat(get("user-7").granted()).isEqualTo(Scopes.none());
        for (int i = 0; i < 20; i++) {
            directory.leave("acme", "user-" + i);
        }
        directory.forgetCalls();
        clock.advanceSeconds(29);
        askForAll();
        executor.runAll();
        clock.advanceSeconds(3);
        askForAll();
        executor.runAll();

        assertThat(directory.calls("confirm") + directory.calls("membership")).isZero();
        for (int i = 0; i < 20; i++) {
            assertThat(cache.lastSeen(key("user-" + i), READ).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        }
    }

    /** Between the two pages, a single read shows the role, so that the second page is a first read. */
    @Test
    void sweepWhenALossIsContradictedBeforeItsPageIsReadAgainThenItNeedsAnotherConfirmingRead() {
        directory.member("acme", "user-7");
        clock.advanceSeconds(29);
        askForAll();
        directory.meanwhile("members", () -> directory.exhausted(true));
        executor.runAll();
        directory.exhausted(false);
        directory.member("acme", "user-7", "viewer");
        cache.apply(new PermissionChange.OfMember(user("user-7"), "acme"));
        assertThat(get("user-7").granted()).isEqualTo(READ);
        directory.member("acme", "user-7");
        directory.forgetCalls();
        directory.meanwhile("members", () -> directory.member("acme", "user-7", "viewer"));
        clock.advanceSeconds(29);
        askForAll();
        executor.runAll();

        assertThat(get("user-7").granted()).isEqualTo(READ);
        assertThat(directory.calls("members"))
                .describedAs("three pages, one of them twice")
                .isEqualTo(4);
    }

    /** No request has used these members before, so the latest page counts, not the first one. */
    @Test
    void sweepWhenUnusedMembersLoseARoleThenTheirFirstRequestsNeedNoSingleReads() {
        directory.role("editor", "write").members("globex", 100, "editor");
        use("globex", "user-0", "user-1", "user-2");
        for (int i = 3; i < 100; i++) {
            directory.member("globex", "user-" + i, "viewer");
        }
        clock.advanceSeconds(29);
        use("globex", "user-0", "user-1", "user-2");
        directory.forgetCalls();

        for (int i = 3; i < 100; i++) {
            use("globex", "user-" + i);
        }

        assertThat(directory.calls("membership")).isZero();
        assertThat(cache.get(globex("user-7"), fresh(), READ).granted()).isEqualTo(READ);
    }

    /** A page that was read before the first request does not confirm a loss. */
    @Test
    void sweepWhenAPageShowsASuspensionBeforeTheFirstRequestThenItIsConfirmed() {
        directory.members("globex", 250, "viewer");
        use("globex", "user-0", "user-1", "user-2", "user-3");
        clock.advanceSeconds(29);
        directory.suspend("user-7");
        directory.meanwhile("members", () -> directory.reactivate("user-7"));
        directory.forgetCalls();
        cache.get(globex("user-0"), fresh(), READ);
        // The definitions, and the first page.
        executor.run(2);
        assertThat(directory.calls("members")).isEqualTo(1);

        assertThat(cache.get(globex("user-7"), fresh(), READ).standing()).isEqualTo(Standing.ACTIVE);
    }

    @Test
    void sweepWhenAMemberLeavesMeanwhileThenNobodyElseIsDoubted() {
        clock.advanceSeconds(29);
        get("user-0");
        // All later entries move up by one, so user-100 is skipped.
        directory.meanwhile("members", () -> directory.leave("acme", "user-3"));
        executor.runAll();
        clock.advanceSeconds(2);
        get("user-100");
        get("user-3");
        executor.runAll();

        assertThat(get("user-100").standing()).isEqualTo(Standing.ACTIVE);
        assertThat(cache.lastSeen(key("user-100"), READ).granted()).isEqualTo(READ);
    }

    /** Those who left before do not request anything any more, so nobody reads them alone. */
    @Test
    void sweepWhenAMemberLeavesDuringEachPassThenThoseWhoLeftBeforeAreLost() {
        for (int i = 0; i < 5; i++) {
            directory.leave("acme", "user-" + i);
        }
        directory.forgetCalls();
        for (int i = 0; i < 2; i++) {
            // All later entries move up by one, so user-105 and user-106 are skipped.
            String leaving = "user-" + (50 + i);
            directory.meanwhile("members", () -> directory.leave("acme", leaving));
            clock.advanceSeconds(29);
            for (int other = 200; other < 250; other++) {
                get("user-" + other);
            }
            executor.runAll();
        }

        for (int i = 0; i < 5; i++) {
            assertThat(cache.lastSeen(key("user-" + i), READ).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        }
        assertThat(cache.lastSeen(key("user-105"), READ).granted()).isEqualTo(READ);
        assertThat(directory.calls("members"))
                .describedAs("three pages, and one of them again, for each pass")
                .isEqualTo(2 * 4);
        assertThat(directory.calls("membership") + directory.calls("confirm")).isZero();
    }

    @Test
    void sweepWhenAFewAreAbsentThenLookedForOneByOne() {
        directory.leave("acme", "user-1");
        clock.advanceSeconds(29);
        get("user-0");
        executor.runAll();
        clock.advanceSeconds(3);
        get("user-1");
        executor.runAll();

        assertThat(directory.calls("confirm")).isEqualTo(1);
        assertThat(cache.lastSeen(key("user-1"), READ).standing()).isEqualTo(Standing.NOT_A_MEMBER);
    }

    @Test
    void sweepWhenMoreAreAbsentThanThereArePagesThenASecondPassBelievesIt() {
        for (int i = 0; i < 20; i++) {
            directory.leave("acme", "user-" + i);
        }
        clock.advanceSeconds(29);
        askForAll();
        executor.runAll();
        clock.advanceSeconds(3);
        askForAll();
        executor.runAll();

        assertThat(directory.calls("confirm")).isZero();
        for (int i = 0; i < 20; i++) {
            assertThat(cache.lastSeen(key("user-" + i), READ).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        }
    }

    @Test
    void sweepWhenATenthIsAbsentThenBelievedAMinuteLaterOnly() {
        for (int i = 0; i < 100; i++) {
            directory.leave("acme", "user-" + i);
        }
        clock.advanceSeconds(29);
        get("user-200");
        executor.runAll();
        clock.advanceSeconds(29);
        get("user-200");
        executor.runAll();
        assertThat(cache.lastSeen(key("user-1"), READ).standing()).isEqualTo(Standing.ACTIVE);
        clock.advanceSeconds(61);
        get("user-200");
        executor.runAll();

        assertThat(cache.lastSeen(key("user-1"), READ).standing()).isEqualTo(Standing.NOT_A_MEMBER);
    }

    @Test
    void sweepWhenAllAreShownAsSuspendedForAWhileThenNobodyIs() {
        useAllOf("globex", 1_000);
        suspendAll(1_000);
        sweepFor("globex", 1_000, 29);
        for (int i = 0; i < 1_000; i++) {
            assertThat(cache.lastSeen(globex("user-" + i), READ).standing()).isEqualTo(Standing.ACTIVE);
            directory.reactivate("user-" + i);
        }
        sweepFor("globex", 1_000, 11);

        assertThat(directory.calls("membership")).isZero();
        assertThat(directory.calls("members")).isLessThanOrEqualTo(3 * 10);
        assertThat(cache.get(globex("user-1"), fresh(), READ).granted()).isEqualTo(READ);
    }

    @Test
    void sweepWhenAllAreSuspendedThenBelievedAMinuteLaterByPages() {
        useAllOf("globex", 1_000);
        suspendAll(1_000);
        sweepFor("globex", 1_000, 29);
        for (int second = 0; second < 60; second++) {
            sweepFor("globex", 1_000, 1);
        }
        sweepFor("globex", 1_000, 11);

        assertThat(directory.calls("membership")).isZero();
        assertThat(directory.calls("members"))
                .describedAs("a pass in ten seconds")
                .isLessThanOrEqualTo(8 * 2 * 10);
        for (int i = 0; i < 1_000; i++) {
            assertThat(cache.lastSeen(globex("user-" + i), READ).standing()).isEqualTo(Standing.SUSPENDED);
        }
    }

    /** Only those who are named, and as soon as they are named. */
    @Test
    void sweepWhenAllAreShownAsSuspendedAndOneIsNamedThenThatOneIs() {
        useAllOf("globex", 1_000);
        suspendAll(1_000);
        sweepFor("globex", 1_000, 29);
        cache.apply(new PermissionChange.OfSubject(user("user-1")));

        assertThat(cache.get(globex("user-1"), fresh(), READ).standing()).isEqualTo(Standing.SUSPENDED);
        assertThat(cache.lastSeen(globex("user-2"), READ).standing()).isEqualTo(Standing.ACTIVE);
    }

    /** Long ids take more space each. */
    @ParameterizedTest
    @ValueSource(ints = {1, 64})
    void sweepWhenManyMembersAreNotInUseThenThoseInUseStay(int length) {
        String filler = "x".repeat(length);
        int entries = 100 * (1 + length / 64);
        PermissionCache small = new PermissionCache(
                "Test",
                directory,
                clock.steady(),
                new CacheSettings(
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(2),
                        entries,
                        Duration.ofHours(1)),
                FactExchange.NONE,
                executor,
                new Sweeps());
        for (int i = 0; i < 1_000; i++) {
            directory.member("globex", filler + i, "viewer");
        }
        for (int round = 0; round < 3; round++) {
            clock.advanceSeconds(29);
            for (int i = 0; i < 1_000; i += 20) {
                small.get(globex(filler + i), fresh(), READ);
            }
            executor.runAll();
        }

        assertThat(directory.calls("members")).isGreaterThanOrEqualTo(20);
        long displaced = IntStream.range(0, 50)
                .filter(i -> small.lastSeen(globex(filler + 20 * i), READ) == null)
                .count();
        // The cache prefers a new entry to a used one at random, in about one of 128 cases.
        assertThat(displaced).isLessThanOrEqualTo(3);
        small.close();
    }

    private void useAllOf(String organization, int members) {
        directory.members(organization, members, "viewer");
        sweepFor(organization, members, 1);
        sweepFor(organization, members, 29);
        directory.forgetCalls();
    }

    private void suspendAll(int members) {
        for (int i = 0; i < members; i++) {
            directory.suspend("user-" + i);
        }
    }

    /** Requests of all members after some seconds, and the reads that follow. */
    private void sweepFor(String organization, int members, int seconds) {
        clock.advanceSeconds(seconds);
        executor.busy(true);
        for (int i = 0; i < members; i++) {
            cache.get(new PermissionKey(user("user-" + i), organization, Audience.ORGANIZATION), fresh(), READ);
        }
        executor.runAll();
    }

    @Test
    void sweepWhenEverythingWasAnsweredEmptyForAWhileThenPagesAreReadAfterwards() {
        for (String operation : new String[] {"members", "membership", "confirm"}) {
            directory.empty(operation, true);
        }
        clock.advanceSeconds(29);
        askForAll();
        executor.runAll();
        clock.advanceSeconds(5);
        for (String operation : new String[] {"members", "membership", "confirm"}) {
            directory.empty(operation, false);
        }
        directory.forgetCalls();
        clock.advanceSeconds(11);
        askForAll();
        executor.runAll();

        assertThat(directory.calls("members")).isEqualTo(3);
        assertThat(directory.calls("membership")).isZero();
        directory.member("acme", "user-7");
        clock.advanceSeconds(29);
        askForAll();
        executor.runAll();
        askForAll();
        executor.runAll();
        assertThat(get("user-7").granted()).isEqualTo(Scopes.none());
    }

    @Test
    void sweepWhenTheOrganizationIsLargeAndFewAreInUseThenOnePageOnly() {
        directory.members("globex", 5_000, "viewer");
        PermissionKey one = new PermissionKey(user("user-1"), "globex", Audience.ORGANIZATION);
        PermissionKey two = new PermissionKey(user("user-2"), "globex", Audience.ORGANIZATION);
        cache.get(one, fresh(), READ);
        cache.get(two, fresh(), READ);
        clock.advanceSeconds(29);
        directory.forgetCalls();
        cache.get(one, fresh(), READ);
        executor.runAll();
        cache.get(two, fresh(), READ);
        executor.runAll();

        assertThat(directory.calls("members")).isLessThanOrEqualTo(1);
    }

    private PermissionKey globex(String user) {
        return new PermissionKey(user(user), "globex", Audience.ORGANIZATION);
    }

    private void use(String organization, String... users) {
        for (String user : users) {
            cache.get(new PermissionKey(user(user), organization, Audience.ORGANIZATION), fresh(), READ);
        }
        executor.runAll();
    }

    private void askForAll() {
        executor.busy(true);
        for (int i = 0; i < 250; i++) {
            get("user-" + i);
        }
    }

    private LivePermissions get(String user) {
        return cache.get(key(user), fresh(), READ);
    }

    private Freshness fresh() {
        return Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
    }

    private static PermissionKey key(String user) {
        return new PermissionKey(user(user), "acme", Audience.ORGANIZATION);
    }

    private static Subject user(String id) {
        return new Subject(Subject.Type.USER, id);
    }
}
