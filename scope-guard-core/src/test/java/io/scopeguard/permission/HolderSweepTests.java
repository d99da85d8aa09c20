package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sweeps over the holders of global roles, and the users who must be read alone nevertheless. */
class HolderSweepTests {

    private static final Scopes AUDIT = Scopes.of("audit");
    private static final Scopes PAY = Scopes.of("pay");

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final TestDirectory directory = new TestDirectory().globalRole("auditor", "audit");
    private final StepExecutor executor = new StepExecutor();
    private final PermissionCache cache = new PermissionCache(
            "Test", directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor, new Sweeps());

    @BeforeEach
    void members() {
        directory.members("acme", 250);
        for (int i = 0; i < 150; i++) {
            directory.holds("user-" + i, "auditor");
        }
    }

    // The selection of roles

    /** The list was read on its own before the role was given, and the sweep begins before the list has been read again. */
    @Test
    void getWhenARoleWasGivenAfterTheListThatASweepUsesThenTheSweepIsNoNewerThanTheList() {
        directory.globalRole("payer", "pay");
        sweep(2);
        clock.advanceSeconds(10);
        cache.apply(new PermissionChange.OfRoles());
        get("user-1", AUDIT);
        clock.advanceSeconds(2);
        directory.holds("user-200", "payer");
        clock.advanceSeconds(1);
        long issued = steady.nanos();
        clock.advanceSeconds(1);
        executor.newestFirst(true);

        LivePermissions live = cache.get(key("user-200"), fresh().notBefore(issued), PAY);

        assertThat(live.granted()).isEqualTo(PAY);
    }

    /** The age of the list counts for all facts of the sweep. */
    @Test
    void sweepWhenTheMaximumAgeIsShortThenAListOfSomeSecondsAgoIsReadAgain() {
        Duration maxAge = Duration.ofSeconds(6);
        CacheSettings settings = CacheSettings.DEFAULT.withAges(maxAge, Duration.ofSeconds(60));
        PermissionCache brief =
                new PermissionCache("Test", directory, steady, settings, FactExchange.NONE, executor, new Sweeps());
        for (int i = 0; i < 3; i++) {
            askForAll(brief, maxAge);
            clock.advanceSeconds(5);
        }
        brief.apply(new PermissionChange.OfRoles());
        brief.get(key("user-1"), Freshness.of(maxAge, Duration.ofSeconds(60), steady.nanos()), AUDIT);
        clock.advanceSeconds(3);
        directory.forgetCalls();

        askForAll(brief, maxAge);

        assertThat(directory.calls("holders")).describedAs("one sweep").isEqualTo(2);
        assertThat(directory.calls("global-roles")).isEqualTo(1);
    }

    private void askForAll(PermissionCache brief, Duration maxAge) {
        for (int i = 0; i < 150; i++) {
            brief.get(key("user-" + i), Freshness.of(maxAge, Duration.ofSeconds(60), steady.nanos()), AUDIT);
        }
        executor.runAll();
    }

    /** Without a role that grants something, there are no sweeps and no reads of users. */
    @Test
    void getWhenTheOnlyRoleGainsItsFirstScopeThenItsHoldersHaveIt() {
        directory.globalRole("auditor");
        sweepGlobally(2);
        directory.globalRole("auditor", "audit");
        clock.advanceSeconds(31);
        global("user-1", Scopes.none());
        executor.runAll();

        assertThat(global("user-1", AUDIT).granted()).isEqualTo(AUDIT);
        assertThat(get("user-2", AUDIT).granted()).isEqualTo(AUDIT);
    }

    /** A role that granted nothing gains a scope after its scopes were read. */
    @Test
    void getWhenAHeldRoleGainsItsFirstScopeAfterItWasLeftOutThenTheSweepIsNoNewerThanThat() {
        directory.globalRole("payer");
        for (int i = 200; i < 210; i++) {
            directory.holds("user-" + i, "payer");
        }
        sweep(3);
        clock.advanceSeconds(10);
        directory.globalRole("payer", "pay");
        clock.advanceSeconds(1);
        long issued = steady.nanos();
        clock.advanceSeconds(1);

        LivePermissions live = cache.get(key("user-200"), fresh().notBefore(issued), PAY);

        assertThat(live.granted()).isEqualTo(PAY);
    }

    /** A sweep does not contain such a role, so that users would wait for it in vain. */
    @Test
    void getWhenTheOnlyRoleLosesItsHoldersBeforeItsScopesWereReadThenNobodyWaitsForIt() {
        global("user-200", AUDIT);
        for (int i = 0; i < 150; i++) {
            directory.holds("user-" + i);
        }
        clock.advanceSeconds(31);

        for (int i = 0; i < 10; i++) {
            assertThat(global("user-" + i, AUDIT).granted()).isEqualTo(Scopes.none());
        }
    }

    /** The role was read alone, and was deleted and created again before and after the first read of the list. */
    @Test
    void getWhenARoleThatNoListContainedLosesItsScopesThenTheLossBinds() {
        individualOutside("user-1", AUDIT);
        directory.globalRole("payer", "pay").removeGlobalRole("auditor");
        global("user-200", Scopes.none());
        directory.globalRole("auditor").holds("user-1", "auditor");
        clock.advanceSeconds(31);
        global("user-1", AUDIT);

        assertThat(global("user-1", AUDIT).granted()).isEqualTo(Scopes.none());
    }

    /** The right moves from a global role to a role in an organization, and then the global role is deleted. */
    @Test
    void getWhenALostRoleHasAlsoLostItsScopesThenNeitherBindsBeforeTheMembershipIsRead() {
        directory.globalRole("payer", "pay").role("auditing", "audit");
        get("user-1", AUDIT);
        clock.advanceSeconds(31);
        LivePermissions before = get("user-1", AUDIT);
        executor.runAll();
        assertThat(before.granted()).isEqualTo(AUDIT);
        clock.advanceSeconds(31);
        directory.member("acme", "user-1", "auditing").removeGlobalRole("auditor");
        global("user-1", AUDIT);
        executor.runAll();
        assertThat(global("user-1", AUDIT).granted()).isEqualTo(Scopes.none());
        executor.runAll();
        executor.busy(true);

        LivePermissions moved = get("user-1", AUDIT);
        assertThat(moved.granted()).isEqualTo(AUDIT);
        assertThat(moved.history().heldSince("audit"))
                .isEqualTo(before.history().heldSince("audit"));
        executor.runAll();
        assertThat(get("user-1", AUDIT).granted()).isEqualTo(AUDIT);
    }

    /** The role was deleted after the read of the user, and before the read of the list and of its scopes. */
    @Test
    void getWhenARoleThatNoListContainedIsGoneThenSweepsAreNotDatedByTheReadOfItsScopes() {
        directory.globalRole("payer", "pay").holds("user-1", "payer");
        directory.meanwhile("grants", () -> directory.removeGlobalRole("payer"));
        individualOutside("user-1", PAY);
        sweepGlobally(2);
        clock.advance(Duration.ofMinutes(10));

        assertThat(global("user-7", AUDIT).granted()).isEqualTo(AUDIT);
    }

    // Users for whom sweeps give no newer answer

    /** The first sweep begins after the loss, so no sweep ever contained the user. */
    @Test
    void getWhenARoleThatWasReadAloneIsMissingFromTheFirstSweepThenReadAloneAgain() {
        directory.holds("user-200", "auditor");
        assertThat(get("user-200", AUDIT).granted()).isEqualTo(AUDIT);
        clock.advanceSeconds(60);
        directory.holds("user-200");
        askForAll("user-200");
        assertThat(directory.calls("holders")).isEqualTo(2);
        directory.forgetCalls();

        get("user-200", AUDIT);
        executor.runAll();

        assertThat(get("user-200", AUDIT).granted()).isEqualTo(Scopes.none());
        assertThat(directory.calls("holders")).isZero();
        assertThat(directory.calls("grants")).isEqualTo(2);
    }

    /** A sweep may have read the list of the user's role before the change, and its calls may take longer than a request waits. */
    @Test
    void getWhenAChangeIsReportedThenTheUserIsReadAlone() {
        sweep(2);
        directory.holds("user-1");
        cache.apply(new PermissionChange.OfSubject(new Subject(Subject.Type.USER, "user-1")));

        assertThat(get("user-1", AUDIT).granted()).isEqualTo(Scopes.none());
        assertThat(directory.calls("grants")).describedAs("read and confirmed").isEqualTo(2);
        assertThat(directory.calls("holders")).isZero();
    }

    /** Requests that have waited arrive before others of the next period, and are counted after them. */
    @Test
    void getWhenRequestsOfTwoPeriodsEndInAnyOrderThenUsersAreStillCounted() {
        sweep(2);
        Freshness before = fresh();
        clock.advanceSeconds(30);
        for (int i = 0; i < 4; i++) {
            cache.get(key("user-" + i), i % 2 == 0 ? fresh() : before, AUDIT);
        }
        executor.runAll();

        assertThat(directory.calls("grants")).isZero();
        assertThat(directory.calls("holders")).isEqualTo(2);
    }

    @Test
    void sweepWhenTheBudgetLeavesNoRoomThenItContinuesWhereItIs() {
        sweep(2);
        clock.advanceSeconds(29);
        directory.meanwhile("holders", () -> directory.exhausted(true));
        askForAll("");
        assertThat(directory.calls("holders"))
                .describedAs("a page, and one without room")
                .isEqualTo(2);
        directory.exhausted(false);
        askForAll("");

        assertThat(directory.calls("holders")).describedAs("and that one").isEqualTo(3);
    }

    /** Its age counts from its first call, so a sweep that continued after an outage would be old when it ends. */
    @Test
    void sweepWhenAPageFailsThenItBeginsAgain() {
        sweep(2);
        clock.advanceSeconds(29);
        directory.meanwhile("holders", () -> directory.down(true));
        askForAll("");
        assertThat(directory.calls("holders"))
                .describedAs("a page, and one that failed")
                .isEqualTo(2);
        directory.down(false);
        directory.forgetCalls();
        clock.advanceSeconds(11);
        askForAll("");

        assertThat(directory.calls("holders")).describedAs("both pages").isEqualTo(2);
        assertThat(directory.calls("global-roles")).isEqualTo(1);
    }

    /** Its age counts from its first call, so it must not take longer than necessary. */
    @Test
    void sweepWhenBegunThenReadsOfOlderFactsComeAfterIt() {
        PermissionKey older = new PermissionKey(new Subject(Subject.Type.USER, "bob"), "other", TestDirectory.API);
        directory.member("other", "bob");
        cache.get(older, fresh(), Scopes.none());
        sweep(2);
        clock.advanceSeconds(29);
        for (int i = 0; i < 250; i++) {
            get("user-" + i, i < 150 ? AUDIT : Scopes.none());
        }
        while (directory.calls("holders") == 0) {
            executor.run(1);
        }
        cache.refresh(older, fresh());

        executor.run(1);

        assertThat(directory.calls("holders")).isEqualTo(2);
    }

    @Test
    void getWhenMoreChangesAreReportedThanASweepTakesCallsThenHoldersAreRead() {
        sweep(2);
        for (int i = 0; i < 100; i++) {
            cache.apply(new PermissionChange.OfSubject(new Subject(Subject.Type.USER, "user-" + i)));
        }

        for (int i = 0; i < 100; i++) {
            assertThat(get("user-" + i, AUDIT).granted()).isEqualTo(AUDIT);
        }
        assertThat(directory.calls("grants")).isEqualTo(3);
        assertThat(directory.calls("holders")).isEqualTo(2);
    }

    @Test
    void getWhenHoldersChangeDuringEachSweepThenEverybodyIsAnswered() {
        sweep(2);
        changeAfterEachPage(0);

        for (int i = 0; i < 30; i++) {
            clock.advanceSeconds(15);
            askForAll("");
        }

        // Only users on no page are read alone, and only when they are needed.
        assertThat(directory.calls("grants")).isPositive().isLessThanOrEqualTo(2 * 100);
        assertThat(directory.calls("holders"))
                .describedAs("two or three pages for each sweep, and at most two of them again")
                .isLessThanOrEqualTo(5 * 30);
        assertThat(get("late-0", AUDIT).granted()).isEqualTo(AUDIT);
    }

    @Test
    void getWhenHoldersHaveChangedDuringASweepThenTheNextOneWaitsForSomeSeconds() {
        sweep(2);
        changeAfterEachPage(0);
        executor.busy(true);
        clock.advanceSeconds(31);
        askForAll("");
        assertThat(directory.calls("holders"))
                .describedAs("two pages, both of them twice")
                .isEqualTo(4);
        clock.advanceSeconds(5);
        askForAll("");
        cache.apply(new PermissionChange.OfSubject(new Subject(Subject.Type.USER, "user-200")));
        cache.refresh(key("user-200"), fresh());
        executor.runAll();
        assertThat(directory.calls("holders")).isEqualTo(4);
        assertThat(directory.calls("grants")).isEqualTo(1);
        clock.advanceSeconds(6);
        askForAll("");

        assertThat(directory.calls("holders")).isEqualTo(8);
    }

    @Test
    void getWhenHoldersOfARoleChangeDuringEachSweepSoFarThenTheRoleIsNotDeniedToItsHolders() {
        directory.globalRole("payer", "pay");
        for (int i = 200; i < 210; i++) {
            directory.holds("user-" + i, "payer");
        }
        changeAfterEachPage(0);

        for (int i = 0; i < 5; i++) {
            clock.advanceSeconds(15);
            askForAll("");
        }

        assertThat(get("user-200", PAY).granted()).isEqualTo(PAY);
    }

    @Test
    void getWhenAHolderIsSkippedBecauseHoldersChangeThenNotLost() {
        sweep(2);
        // All later entries move up by one, so user-100 is skipped.
        directory.meanwhile("holders", () -> directory.holds("user-3"));
        clock.advanceSeconds(29);
        askForAll("user-3");
        clock.advanceSeconds(29);
        askForAll("user-3");
        clock.advanceSeconds(29);
        askForAll("user-3");

        assertThat(get("user-100", AUDIT).granted()).isEqualTo(AUDIT);
        assertThat(get("user-3", AUDIT).granted()).isEqualTo(Scopes.none());
    }

    // Reads of users whose roles only sweeps have shown

    @Test
    void individualWhenGrantsAreAnsweredEmptyThenNotBelievedForMany() {
        individual("user-200", Scopes.none());
        directory.holds("user-200", "auditor");
        sweep(2);
        directory.empty("grants", true);
        int refused = 0;
        for (int i = 0; i < 10; i++) {
            refused += isRefused("user-" + i) ? 1 : 0;
        }
        // A few empty answers are ordinary losses.
        assertThat(refused).isEqualTo(4);
        assertThat(isRefused("user-200")).isFalse();
        assertThat(get("user-9", AUDIT).granted()).isEqualTo(AUDIT);
        assertThat(get("user-200", AUDIT).granted()).isEqualTo(AUDIT);
        directory.empty("grants", false);
        clock.advanceSeconds(5);

        assertThat(individual("user-9", AUDIT).granted()).isEqualTo(AUDIT);
        assertThat(individual("user-200", AUDIT).granted()).isEqualTo(AUDIT);
    }

    @Test
    void individualWhenARoleThatSweepsShowedIsLostThenBelievedAtTheConfirmingRead() {
        sweep(2);
        clock.advanceSeconds(1);
        directory.holds("user-1");
        long lost = steady.nanos();

        LivePermissions live = individual("user-1", AUDIT);

        assertThat(live.granted()).isEqualTo(Scopes.none());
        assertThat(live.history().lackedSince("audit").getAsLong()).isGreaterThanOrEqualTo(lost);
        assertThat(directory.calls("grants")).isEqualTo(2);
    }

    @Test
    void getWhenAHolderWasMissingOnceThenASingleReadConfirmsTheLoss() {
        sweep(2);
        directory.holds("user-1");
        clock.advanceSeconds(29);
        askForAll("user-1");
        assertThat(directory.calls("grants")).isZero();

        LivePermissions live = get("user-1", AUDIT);

        executor.runAll();
        assertThat(get("user-1", AUDIT).granted()).as("%s", live).isEqualTo(Scopes.none());
        assertThat(directory.calls("grants")).isEqualTo(1);
    }

    /** Two sweeps lack the user, but in between, a read of the user alone shows the role. */
    @Test
    void getWhenASingleReadContradictsTwoSweepsThenTheUserIsNotRefused() {
        sweep(2);
        directory.hide("user-1", true);
        for (int i = 0; i < 6; i++) {
            clock.advanceSeconds(29);
            askForAll("");
        }

        assertThat(directory.calls("grants")).isPositive().isLessThanOrEqualTo(2 * 6);
        assertThat(get("user-1", AUDIT).granted()).isEqualTo(AUDIT);
    }

    /** The single read ended the loss that the sweep noticed, so that the next read is a first read. */
    @Test
    void individualWhenASingleReadHasContradictedTheSweepThenALossNeedsTwoReads() {
        sweep(2);
        directory.hide("user-1", true);
        clock.advanceSeconds(29);
        askForAll("user-1");
        clock.advanceSeconds(1);
        assertThat(individual("user-1", AUDIT).granted()).isEqualTo(AUDIT);
        directory.holds("user-1");
        directory.meanwhile("grants", () -> directory.holds("user-1", "auditor"));
        clock.advanceSeconds(2);

        assertThat(individual("user-1", AUDIT).granted()).isEqualTo(AUDIT);
    }

    /** The read began after the first sweep noticed the loss, and ended after the second one. */
    @Test
    void getWhenASingleReadEndsAfterTheSecondSweepThenTheUserIsNotRefused() {
        sweep(2);
        directory.hide("user-1", true);
        clock.advanceSeconds(29);
        askForAll("user-1");
        clock.advanceSeconds(1);
        directory.meanwhile("grants", () -> {
            clock.advanceSeconds(29);
            askForAll("user-1");
        });

        assertThat(individual("user-1", AUDIT).granted()).isEqualTo(AUDIT);
        assertThat(get("user-1", AUDIT).granted()).isEqualTo(AUDIT);
    }

    // Empty answers about all holders

    @Test
    void getWhenTheListSaysForAWhileThatNobodyHoldsTheRoleThenNobodyIsRefused() {
        sweep(2);
        directory.empty("holder-counts", true);
        for (int second = 0; second < 50; second++) {
            clock.advanceSeconds(1);
            askForAll("");
        }
        long during = directory.calls();
        directory.empty("holder-counts", false);
        for (int second = 0; second < 70; second++) {
            clock.advanceSeconds(1);
            askForAll("");
        }

        assertThat(during).isLessThanOrEqualTo(30);
    }

    @Test
    void getWhenNobodyHoldsTheRoleAnyMoreThenBelievedAMinuteLater() {
        sweep(2);
        for (int i = 0; i < 150; i++) {
            directory.holds("user-" + i);
        }
        clock.advanceSeconds(29);
        askForAll("");
        clock.advanceSeconds(30);
        useAll();
        clock.advanceSeconds(29);
        useAll();
        assertThat(holders()).describedAs("single reads are believed for four").isGreaterThanOrEqualTo(146);
        clock.advanceSeconds(11);
        useAll();
        useAll();

        assertThat(holders()).isZero();
    }

    /** The list names up to three holders. */
    @Test
    void getWhenAFewHoldersLoseTheRoleThenBelievedWithTheSecondLook() {
        for (int i = 4; i < 150; i++) {
            directory.holds("user-" + i);
        }
        useAll();
        clock.advanceSeconds(29);
        useAll();
        for (int i = 0; i < 4; i++) {
            directory.holds("user-" + i);
        }
        clock.advanceSeconds(29);
        useAll();
        clock.advanceSeconds(5);
        useAll();

        for (int i = 0; i < 4; i++) {
            assertThat(get("user-" + i, AUDIT).granted()).isEqualTo(Scopes.none());
        }
    }

    /** The first list that says so is too old to be confirmed, so the next one is a first look again. */
    @Test
    void getWhenNobodyUsesTheRoleBetweenTwoListsWithoutHoldersThenNobodyIsRefused() {
        sweep(2);
        directory.empty("holder-counts", true);
        clock.advanceSeconds(29);
        askForAll("");
        clock.advance(Duration.ofMinutes(11));

        askForAll("");
        clock.advanceSeconds(40);
        askForAll("");
    }

    /** Another sweep a minute later confirms that nobody holds the role, but single reads have contradicted it. */
    @Test
    void getWhenSingleReadsContradictThatNobodyHoldsTheRoleThenThoseUsersAreNotRefused() {
        sweep(2);
        directory.empty("holder-counts", true);
        clock.advanceSeconds(29);
        askForAll("");
        clock.advanceSeconds(30);
        assertThat(individual("user-1", AUDIT).granted()).isEqualTo(AUDIT);
        for (int i = 0; i < 5; i++) {
            clock.advanceSeconds(31);
            useAll();
            assertThat(get("user-1", AUDIT).granted()).isEqualTo(AUDIT);
        }

        assertThat(get("user-2", AUDIT).granted()).isEqualTo(Scopes.none());
    }

    /** The role's definition is gone, so its holders no longer matter. */
    @Test
    void sweepWhenTheRoleIsDeletedThenHoldersAreNotDoubted() {
        directory.globalRole("payer", "pay");
        for (int i = 100; i < 150; i++) {
            directory.holds("user-" + i, "auditor", "payer");
        }
        sweep(2);
        directory.removeGlobalRole("payer");
        clock.advanceSeconds(29);
        askForAll("");
        clock.advanceSeconds(29);
        askForAll("");
        clock.advanceSeconds(10);

        assertThat(cache.lastSeen(key("user-7"), AUDIT).readAt())
                .isGreaterThan(steady.nanos() - Duration.ofSeconds(30).toNanos());
    }

    private long holders() {
        return IntStream.range(0, 150)
                .filter(i -> get("user-" + i, AUDIT).granted().containsAll(AUDIT))
                .count();
    }

    private void useAll() {
        for (int i = 0; i < 250; i++) {
            get("user-" + i, i < 150 ? AUDIT : Scopes.none());
        }
        executor.runAll();
    }

    // Suspended holders

    /** The list of roles names up to three holders, but not their standing. */
    @Test
    void getWhenAHolderWhomTheListNamesIsSuspendedThenSuspended() {
        directory.globalRole("payer", "pay").holds("user-200", "payer").holds("user-201", "payer");
        sweepGlobally(2);
        assertThat(global("user-200", PAY).granted()).isEqualTo(PAY);
        directory.suspend("user-200");
        clock.advanceSeconds(31);
        global("user-200", PAY);
        executor.runAll();

        assertThat(global("user-200", PAY).standing()).isEqualTo(Standing.SUSPENDED);
    }

    @Test
    void getWhenASuspendedHolderIsSkippedBecauseHoldersChangeThenStillSuspended() {
        directory.suspend("user-100");
        sweepGlobally(2);
        // All later entries move up by one, so user-100 is skipped.
        directory.meanwhile("holders", () -> directory.holds("user-3"));
        sweepGlobally(1);

        assertThat(global("user-100", AUDIT).standing()).isEqualTo(Standing.SUSPENDED);
    }

    /** The times of so many losses are not kept for long. */
    @Test
    void getWhenVeryManyHaveLostARoleThenTheirTokensFromBeforeAreOlderThanTheLoss() {
        for (int i = 250; i < 2_750; i++) {
            directory.member("acme", "user-" + i).holds("user-" + i, "auditor");
        }
        sweep(3);
        for (int i = 250; i < 2_750; i += 50) {
            assertThat(get("user-" + i, AUDIT).granted()).as("user %d", i).isEqualTo(AUDIT);
        }
        clock.advanceSeconds(1);
        long issued = steady.nanos();
        for (int i = 250; i < 2_750; i++) {
            directory.holds("user-" + i);
        }
        sweep(3);
        for (int i = 249; i >= 240; i--) {
            directory.holds("user-" + i, "auditor");
            sweep(1);
            directory.holds("user-" + i);
            sweep(2);
        }

        for (int i = 250; i < 2_750; i += 50) {
            LivePermissions live = get("user-" + i, AUDIT);
            assertThat(live.granted()).as("user %d", i).isEqualTo(Scopes.none());
            assertThat(live.history().lackedSince("audit").orElseThrow())
                    .as("user %d", i)
                    .isGreaterThan(issued);
        }
    }

    private void sweepGlobally(int times) {
        for (int i = 0; i < times; i++) {
            clock.advanceSeconds(29);
            for (int user = 0; user < 50; user++) {
                global("user-" + user, user == 3 ? Scopes.none() : AUDIT);
            }
            executor.runAll();
        }
    }

    private LivePermissions global(String user, Scopes held) {
        return cache.get(
                new PermissionKey(new Subject(Subject.Type.USER, user), null, TestDirectory.API), fresh(), held);
    }

    private LivePermissions individualOutside(String user, Scopes held) {
        PermissionKey key = new PermissionKey(new Subject(Subject.Type.USER, user), null, TestDirectory.API);
        return cache.get(key, Freshness.within(Duration.ZERO, steady.nanos()), held);
    }

    private boolean isRefused(String user) {
        try {
            return !individual(user, AUDIT).granted().containsAll(AUDIT);
        } catch (PermissionsUnavailableException e) {
            return false;
        }
    }

    private LivePermissions individual(String user, Scopes held) {
        return cache.get(key(user), Freshness.within(Duration.ZERO, steady.nanos()), held);
    }

    private void changeAfterEachPage(int number) {
        directory.meanwhile("holders", () -> {
            directory.member("acme", "late-" + number).holds("late-" + number, "auditor");
            changeAfterEachPage(number + 1);
        });
    }

    private void sweep(int times) {
        for (int i = 0; i < times; i++) {
            clock.advanceSeconds(29);
            askForAll("");
        }
        directory.forgetCalls();
    }

    /** Requests of all users but one. Nobody is refused. */
    private void askForAll(String except) {
        for (int i = 0; i < 250; i++) {
            String user = "user-" + i;
            if (!user.equals(except)) {
                Scopes held = i < 150 ? AUDIT : Scopes.none();
                assertThat(get(user, held).granted().containsAll(held)).as(user).isTrue();
            }
        }
        executor.runAll();
    }

    private LivePermissions get(String user, Scopes held) {
        return cache.get(key(user), fresh(), held);
    }

    private Freshness fresh() {
        return Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
    }

    private static PermissionKey key(String user) {
        return new PermissionKey(new Subject(Subject.Type.USER, user), "acme", TestDirectory.API);
    }
}
