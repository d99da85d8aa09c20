package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The answers of the engine and their cost while facts change. Everything runs on one thread. */
class FactsTests {

    private static final Scopes READ = Scopes.of("read");
    private static final Scopes BOTH = Scopes.of("read", "write");

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final TestDirectory directory =
            new TestDirectory().role("viewer", "read").role("editor", "read", "write");
    private final StepExecutor executor = new StepExecutor();
    private final PermissionCache cache = new PermissionCache(
            "Test", directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor, new Sweeps());

    // Reading and ages

    @Test
    void getWhenFreshThenNoCalls() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.forgetCalls();
        clock.advanceSeconds(20);

        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
        assertThat(directory.calls()).isZero();
    }

    /** Nobody waits for the facts of an open stream, but after a report they are read before facts that are only old. */
    @Test
    void refreshWhenAChangeIsReportedThenItsFactIsReadFirst() {
        for (int i = 0; i < 5; i++) {
            directory.member("organization-" + i, "user-" + i, "viewer");
            cache.get(apart(i), fresh(), READ);
        }
        clock.advanceSeconds(40);
        directory.member("organization-5", "user-5", "viewer");
        cache.get(apart(5), fresh(), READ);
        executor.runAll();
        clock.advanceSeconds(20);
        for (int i = 0; i < 5; i++) {
            cache.refresh(apart(i), fresh());
        }
        directory.member("organization-5", "user-5");
        cache.apply(new PermissionChange.OfMember(user("user-5"), "organization-5"));

        cache.refresh(apart(5), fresh());
        executor.run(1);

        long readAt = cache.lastSeen(apart(5), READ).readAt();
        assertThat(steady.nanos() - readAt).isLessThan(Duration.ofSeconds(1).toNanos());
    }

    /** A reported fact goes first, however old it is, so its place says nothing about the age of other facts. */
    @Test
    void getWhenStaleAndOnlyAReportedFactIsWaitingThenReadAtOnce() {
        for (int i = 0; i < 2; i++) {
            directory.member("organization-" + i, "user-" + i, "viewer");
            cache.get(apart(i), fresh(), READ);
        }
        clock.advanceSeconds(40);
        cache.apply(new PermissionChange.OfMember(user("user-1"), "organization-1"));
        cache.refresh(apart(1), fresh());
        assertThat(cache.waiting()).isPositive();

        LivePermissions live = cache.get(apart(0), fresh(), READ);

        assertThat(steady.nanos() - live.readAt())
                .isLessThan(Duration.ofSeconds(1).toNanos());
    }

    private static PermissionKey apart(int number) {
        return new PermissionKey(user("user-" + number), "organization-" + number, Audience.ORGANIZATION);
    }

    /** A contradicted token causes a second read, which must not double the wait. */
    @ParameterizedTest
    @CsvSource({"30, 1.5", "0, 1.5"})
    void getWhenTheRequestHasWaitedBeforeThenItWaitsForTheRestOfTheTime(int maxAge, double waited) {
        directory.member("acme", "alice", "editor");
        long arrived = steady.nanos();
        clock.advance(Duration.ofNanos((long) (waited * 1e9)));
        Freshness freshness = maxAge == 0
                ? Freshness.within(Duration.ZERO, arrived)
                : Freshness.of(Duration.ofSeconds(maxAge), Duration.ofMinutes(5), arrived);

        cache.get(key("alice"), freshness, BOTH);

        assertThat(Duration.ofNanos(executor.lastWait()))
                .isPositive()
                .isLessThanOrEqualTo(CacheSettings.DEFAULT.maxWait().minusMillis((long) (waited * 1_000)));
    }

    @Test
    void getWhenNoFactHasChangedThenTheSameResult() {
        directory.member("acme", "alice", "editor");
        LivePermissions first = get("alice", BOTH);
        clock.advanceSeconds(20);

        assertThat(cache.get(key("alice"), fresh(), BOTH, first)).isSameAs(first);
    }

    @Test
    void getWhenTheLastResultIsForAnotherKeyThenNotReturned() {
        directory.member("acme", "alice", "editor").member("acme", "bob", "viewer");
        LivePermissions alice = get("alice", BOTH);

        assertThat(cache.get(key("bob"), fresh(), READ, alice).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenAFactHasChangedThenAnotherResultThanTheLast() {
        directory.member("acme", "alice", "editor");
        LivePermissions first = get("alice", BOTH);
        directory.member("acme", "alice", "viewer");
        clock.advanceSeconds(60);

        assertThat(cache.get(key("alice"), fresh(), BOTH, first).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenSuspendedElsewhereThenAnotherResultThanTheLast() {
        directory.member("acme", "alice", "editor").member("globex", "alice", "editor");
        LivePermissions first = get("alice", BOTH);
        directory.suspend("alice");
        cache.get(new PermissionKey(user("alice"), "globex", Audience.ORGANIZATION), fresh(), BOTH);

        assertThat(cache.get(key("alice"), fresh(), BOTH, first).standing()).isEqualTo(Standing.SUSPENDED);
    }

    @Test
    void getWhenADefinitionHasChangedThenAnotherResultThanTheLast() {
        directory.member("acme", "alice", "viewer");
        LivePermissions first = get("alice", READ);
        directory.role("viewer", "read", "write");
        clock.advanceSeconds(31);

        assertThat(cache.get(key("alice"), fresh(), READ, first).granted()).isEqualTo(BOTH);
    }

    @Test
    void getWhenManyUsersThenDefinitionsAreReadOnce() {
        directory.members("acme", 50, "editor");
        for (int i = 0; i < 50; i++) {
            get("user-" + i, BOTH);
        }

        assertThat(directory.calls("roles")).isEqualTo(1);
    }

    @Test
    void getWhenAgeingThenReadInTheBackground() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.forgetCalls();
        clock.advanceSeconds(27);

        get("alice", BOTH);
        assertThat(directory.calls()).isZero();
        executor.runAll();
        assertThat(directory.calls("membership")).isEqualTo(1);
        assertThat(directory.calls("roles")).isEqualTo(1);
    }

    @Test
    void getWhenStaleAndBusyThenAnsweredAtOnce() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.member("acme", "alice", "viewer");
        clock.advanceSeconds(60);
        executor.busy(true);

        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
        executor.runAll();
        // The loss binds once the definitions were read after it was noticed.
        get("alice", BOTH);
        executor.runAll();
        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenExpiredAndDownThenUnavailable() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.down(true);
        clock.advance(Duration.ofMinutes(6));

        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> get("alice", BOTH));
        assertThat(cache.lastSeen(key("alice"), BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void getWhenTheWallClockStepsBackThenAgesGoOn() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        clock.step(Duration.ofHours(-1));
        directory.member("acme", "alice", "viewer");
        clock.advanceSeconds(60);

        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenTheProcessWasFrozenThenFactsHaveAged() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.member("acme", "alice", "viewer");
        clock.step(Duration.ofMinutes(10));

        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenTheWallClockStepsBackAfterAFailureThenReadAgain() {
        directory.member("acme", "alice", "editor").down(true);
        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> get("alice", BOTH));
        directory.down(false);
        clock.step(Duration.ofHours(-1));
        clock.advanceSeconds(2);

        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void individualWhenTheWallClockStepsBackThenStillARead() {
        directory.member("acme", "alice", "editor");
        individual("alice", BOTH);
        clock.step(Duration.ofMinutes(-10));
        directory.member("acme", "alice", "viewer");

        assertThat(individual("alice", BOTH).granted()).isEqualTo(READ);
    }

    // Losses

    @Test
    void getWhenARoleIsLostThenBelievedAtTheConfirmingRead() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.member("acme", "alice", "viewer");
        directory.forgetCalls();
        clock.advanceSeconds(31);

        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
        assertThat(directory.calls("membership")).isEqualTo(2);
    }

    @Test
    void getWhenTheConfirmingReadShowsTheRoleThenNothingIsLost() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.member("acme", "alice", "viewer");
        directory.meanwhile("membership", () -> directory.member("acme", "alice", "editor"));
        clock.advanceSeconds(31);

        LivePermissions live = get("alice", BOTH);

        assertThat(live.granted()).isEqualTo(BOTH);
        assertThat(live.history().unbrokenSince("write").getAsLong())
                .isGreaterThan(live.history().heldSince("write").getAsLong());
    }

    @Test
    void getWhenMembershipEndsThenConfirmedExplicitly() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.leave("acme", "alice");
        clock.advanceSeconds(31);

        assertThat(get("alice", BOTH).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        assertThat(directory.calls("confirm")).isEqualTo(1);
    }

    @Test
    void getWhenEverythingIsAnsweredEmptyThenNobodyIsRefused() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        for (String operation : new String[] {"membership", "confirm", "roles", "members"}) {
            directory.empty(operation, true);
        }
        clock.advanceSeconds(31);
        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
        clock.advanceSeconds(20);
        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void getWhenTheRoleIsSplitThenTheRightIsNeverLost() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        clock.advanceSeconds(5);
        directory.role("writer", "write").member("acme", "alice", "editor", "writer");
        clock.advanceSeconds(5);
        directory.role("editor", "read");
        cache.apply(new PermissionChange.OfRoles());

        LivePermissions live = get("alice", BOTH);

        assertThat(live.granted()).isEqualTo(BOTH);
        directory.down(true);
        clock.advance(Duration.ofMinutes(4));
        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
        directory.down(false);
        clock.advanceSeconds(31);
        LivePermissions later = get("alice", BOTH);
        assertThat(later.granted()).isEqualTo(BOTH);
        assertThat(later.history().heldSince("write")).isEqualTo(live.history().heldSince("write"));
    }

    @Test
    void getWhenDefinitionsHappenToBeReadFirstThenTheRightIsNotLostEither() {
        directory.member("acme", "alice", "editor").member("acme", "bob", "viewer");
        get("bob", READ);
        clock.advanceSeconds(20);
        get("alice", BOTH);
        clock.advanceSeconds(5);
        directory.role("writer", "write").member("acme", "alice", "editor", "writer");
        directory.role("editor", "read");
        clock.advanceSeconds(6);

        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void getWhenAScopeMovesToAnotherRoleHeldThenNotLostBeforeDefinitionsAreRead() {
        directory.role("other").member("acme", "alice", "editor", "other");
        get("alice", BOTH);
        clock.advanceSeconds(10);
        directory.role("other", "write").member("acme", "alice", "viewer", "other");
        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));

        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void getWhenARoleLosesAScopeThenItBindsOnceTheMemberIsReadAgain() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        clock.advanceSeconds(5);
        directory.role("editor", "read");
        cache.apply(new PermissionChange.OfRoles());

        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
        assertThat(directory.calls("roles")).isEqualTo(3);
    }

    @Test
    void getWhenDefinitionsChangeEvery20SecondsThenOlderLossesBindAllTheSame() {
        directory.role("noisy", "a").member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.role("editor", "read");
        for (int i = 0; i < 5; i++) {
            clock.advanceSeconds(20);
            directory.role("noisy", i % 2 == 0 ? "b" : "a");
            get("alice", BOTH);
            executor.runAll();
        }

        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenAnOlderPageArrivesLaterThenTheLossStands() {
        directory.members("acme", 50, "editor");
        for (int i = 0; i < 50; i++) {
            get("user-" + i, BOTH);
        }
        clock.advanceSeconds(29);
        get("user-0", BOTH);
        directory.meanwhile("members", () -> {
            clock.advanceSeconds(1);
            directory.member("acme", "user-1", "viewer");
            assertThat(individual("user-1", BOTH).granted()).isEqualTo(READ);
        });
        executor.runAll();

        assertThat(get("user-1", BOTH).granted()).isEqualTo(READ);
        directory.down(true);
        clock.advance(Duration.ofMinutes(30));
        assertThat(cache.lastSeen(key("user-1"), BOTH).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenALossWasSeenByAnotherKindOfTokenThenItBindsThereToo() {
        directory
                .member("acme", "alice", "editor")
                .globalRole("auditor", "audit")
                .holds("alice", "auditor");
        get("alice", BOTH);
        cache.get(api("alice"), fresh(), BOTH);
        clock.advanceSeconds(5);
        directory.member("acme", "alice", "viewer");
        assertThat(individual("alice", BOTH).granted()).isEqualTo(READ);
        clock.advanceSeconds(31);

        assertThat(cache.get(api("alice"), fresh(), BOTH).granted()).isEqualTo(Scopes.of("read", "audit"));
        directory.down(true);
        clock.advance(Duration.ofMinutes(30));
        assertThat(cache.lastSeen(api("alice"), BOTH).granted()).isEqualTo(Scopes.of("read", "audit"));
    }

    @Test
    void getWhenAllRolesAreGoneThenBelievedAMinuteLater() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.empty("roles", true);
        clock.advanceSeconds(31);
        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
        clock.advanceSeconds(61);
        get("alice", BOTH);
        clock.advanceSeconds(31);

        assertThat(get("alice", BOTH).granted()).isEqualTo(Scopes.none());
    }

    @Test
    void getWhenAGlobalRoleSeemsToGrantNothingThenBelievedTenSecondsLater() {
        directory
                .member("acme", "alice", "editor")
                .globalRole("auditor", "audit")
                .holds("alice", "auditor");
        cache.get(api("alice"), fresh(), BOTH);
        directory.globalRole("auditor");
        clock.advanceSeconds(31);
        assertThat(cache.get(api("alice"), fresh(), BOTH).granted().contains("audit"))
                .isTrue();
        // It was a fault of a few seconds.
        directory.globalRole("auditor", "audit");
        clock.advanceSeconds(11);
        assertThat(cache.get(api("alice"), fresh(), BOTH).granted().contains("audit"))
                .isTrue();

        directory.globalRole("auditor");
        for (int i = 0; i < 3; i++) {
            clock.advanceSeconds(31);
            cache.get(api("alice"), fresh(), BOTH);
        }
        assertThat(cache.get(api("alice"), fresh(), BOTH).granted().contains("audit"))
                .isFalse();
    }

    @Test
    void getWhenSuspendedInOneOrganizationThenInAll() {
        directory.member("acme", "alice", "editor").member("globex", "alice", "editor");
        get("alice", BOTH);
        PermissionKey globex = new PermissionKey(user("alice"), "globex", Audience.ORGANIZATION);
        cache.get(globex, fresh(), BOTH);
        directory.suspend("alice");
        clock.advanceSeconds(31);
        get("alice", BOTH);
        directory.down(true);

        assertThat(cache.get(globex, fresh(), BOTH).standing()).isEqualTo(Standing.SUSPENDED);
    }

    @Test
    void getWhenReactivatedThenActiveAgain() {
        directory.member("acme", "alice", "editor").member("globex", "alice", "editor");
        get("alice", BOTH);
        directory.suspend("alice");
        clock.advanceSeconds(31);
        assertThat(get("alice", BOTH).standing()).isEqualTo(Standing.SUSPENDED);
        directory.reactivate("alice");
        clock.advanceSeconds(31);

        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void getWhenTheFirstReadLacksScopesOfTheTokenThenASecondFollows() {
        directory.member("acme", "alice", "viewer");

        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
        assertThat(directory.calls("membership")).isEqualTo(2);
        assertThat(directory.calls("roles")).isEqualTo(2);
    }

    @Test
    void getWhenTheConfirmingReadFailsThenUnavailable() {
        directory.member("acme", "alice", "viewer");
        directory.meanwhile("membership", () -> directory.down(true));

        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> get("alice", BOTH));
        assertThat(cache.lastSeen(key("alice"), BOTH).granted()).isEqualTo(BOTH);
    }

    // Reported changes

    @Test
    void getWhenAChangeIsReportedThenTheNextAnswerIsNew() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.member("acme", "alice", "viewer");
        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));

        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenAChangeIsReportedDuringAnOutageThenTheOlderPictureHolds() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));
        directory.down(true);

        assertThat(get("alice", BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void getWhenMoreChangesThanCanBeRememberedThenEverybodyIsReadAgain() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        directory.member("acme", "alice", "viewer");
        for (int i = 0; i < 10_001; i++) {
            cache.apply(new PermissionChange.OfMember(user("other-" + i), "acme"));
        }

        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
    }

    // Pages

    @Test
    void getWhenManyMembersAgeThenPagesAreRead() {
        directory.members("acme", 250, "editor");
        for (int i = 0; i < 250; i++) {
            get("user-" + i, BOTH);
        }
        directory.forgetCalls();
        clock.advanceSeconds(29);
        for (int i = 0; i < 250; i++) {
            get("user-" + i, BOTH);
        }
        executor.runAll();

        assertThat(directory.calls("members")).isEqualTo(3);
        assertThat(directory.calls("membership")).isZero();
    }

    @Test
    void getWhenARoleIsTakenFromAllThenEachPageIsReadTwice() {
        directory.members("acme", 250, "editor");
        for (int i = 0; i < 250; i++) {
            get("user-" + i, BOTH);
        }
        directory.members("acme", 250, "viewer");
        directory.forgetCalls();
        clock.advanceSeconds(29);
        get("user-0", BOTH);
        executor.runAll();

        assertThat(directory.calls("members")).isEqualTo(6);
        get("user-0", BOTH);
        executor.runAll();
        for (int i = 0; i < 250; i++) {
            assertThat(get("user-" + i, BOTH).granted()).isEqualTo(READ);
        }
        assertThat(directory.calls("membership")).isZero();
        assertThat(directory.calls("roles")).isLessThanOrEqualTo(2);
    }

    /** The read in progress shows that the role is gone, so that the second loss needs no later one. */
    @Test
    void getWhenALossOfADeletedRoleIsNoticedWhileDefinitionsAreReadThenTheyAreReadTwice() {
        PermissionKey other = new PermissionKey(user("bob"), "globex", Audience.ORGANIZATION);
        directory.member("acme", "alice", "editor").member("globex", "bob", "editor");
        get("alice", BOTH);
        cache.get(other, fresh(), BOTH);
        directory.removeRole("editor");
        directory.member("acme", "alice", "viewer").member("globex", "bob", "viewer");
        directory.forgetCalls();
        directory.meanwhile("roles", () -> {
            cache.apply(new PermissionChange.OfMember(user("bob"), "globex"));
            cache.get(other, fresh(), BOTH);
            cache.refreshForLoss(other, fresh(), BOTH);
        });
        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));
        get("alice", BOTH);
        executor.runAll();

        assertThat(directory.calls("roles")).isEqualTo(2);
        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
        assertThat(cache.get(other, fresh(), BOTH).granted()).isEqualTo(READ);
    }

    /** The role is still defined, so that definitions have to be read after the second loss as well. */
    @Test
    void getWhenALossIsNoticedWhileDefinitionsAreReadThenItBindsAfterALaterRead() {
        PermissionKey other = new PermissionKey(user("bob"), "globex", Audience.ORGANIZATION);
        directory.member("acme", "alice", "editor").member("globex", "bob", "editor");
        get("alice", BOTH);
        cache.get(other, fresh(), BOTH);
        directory.member("acme", "alice", "viewer").member("globex", "bob", "viewer");
        directory.forgetCalls();
        directory.meanwhile("roles", () -> {
            cache.apply(new PermissionChange.OfMember(user("bob"), "globex"));
            assertThat(cache.get(other, fresh(), BOTH).granted()).isEqualTo(BOTH);
        });
        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));

        assertThat(get("alice", BOTH).granted()).isEqualTo(READ);
        assertThat(cache.get(other, fresh(), BOTH).granted()).isEqualTo(READ);
        executor.runAll();
        assertThat(directory.calls("roles")).isEqualTo(2);
    }

    /** The sweep may have read the member's page before the change, and would come back to it a whole pass later. */
    @Test
    void getWhenAChangeIsReportedDuringASweepThenTheMemberIsReadAlone() {
        sweptPartly(500);
        directory.member("acme", "user-0", "viewer");
        cache.apply(new PermissionChange.OfMember(user("user-0"), "acme"));

        assertThat(get("user-0", BOTH).granted()).isEqualTo(READ);
        assertThat(directory.calls("membership"))
                .describedAs("read and confirmed")
                .isEqualTo(2);
        assertThat(directory.calls("members")).isZero();
    }

    @Test
    void refreshWhenAChangeIsReportedDuringASweepThenTheMemberIsReadAlone() {
        sweptPartly(500);
        cache.apply(new PermissionChange.OfMember(user("user-0"), "acme"));

        cache.refresh(key("user-0"), fresh());
        executor.run(1);

        assertThat(directory.calls("membership")).isEqualTo(1);
        assertThat(directory.calls("members")).isZero();
    }

    @Test
    void getWhenMoreChangesThanPagesAreReportedThenPagesAreRead() {
        sweptPartly(500);
        directory.members("acme", 500, "viewer");
        for (int i = 0; i < 500; i++) {
            cache.apply(new PermissionChange.OfMember(user("user-" + i), "acme"));
        }

        for (int i = 0; i < 500; i++) {
            assertThat(get("user-" + i, BOTH).granted()).isEqualTo(READ);
        }
        assertThat(directory.calls("membership")).isLessThanOrEqualTo(2 * 5);
        assertThat(directory.calls("members"))
                .describedAs("the rest of the sweep, a pass, and a confirming one")
                .isLessThanOrEqualTo(3 * 5);
        clock.advanceSeconds(31);
        directory.forgetCalls();
        cache.apply(new PermissionChange.OfMember(user("user-7"), "acme"));
        get("user-7", READ);
        assertThat(directory.calls("membership"))
                .describedAs("half a minute later")
                .isEqualTo(1);
    }

    /** Reads two pages of all, the first of which has user 0. */
    private void sweptPartly(int members) {
        directory.members("acme", members, "editor");
        for (int i = 0; i < members; i++) {
            get("user-" + i, BOTH);
        }
        clock.advanceSeconds(29);
        get("user-" + (members - 1), BOTH);
        executor.run(2);
        directory.forgetCalls();
    }

    @Test
    void getWhenAMemberIsOnNoPageThenReadAlone() {
        directory.members("acme", 250, "editor");
        for (int i = 0; i < 250; i++) {
            get("user-" + i, BOTH);
        }
        clock.advanceSeconds(29);
        get("user-0", BOTH);
        executor.runAll();
        directory.leave("acme", "user-7");
        clock.advanceSeconds(29);
        get("user-0", BOTH);
        executor.runAll();
        assertThat(cache.lastSeen(key("user-7"), BOTH).standing()).isEqualTo(Standing.ACTIVE);
        clock.advanceSeconds(2);
        get("user-7", BOTH);
        executor.runAll();

        assertThat(cache.lastSeen(key("user-7"), BOTH).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        assertThat(directory.calls("confirm")).isEqualTo(1);
    }

    @Test
    void getWhenAnOrganizationSeemsEmptyThenNobodyIsRefusedBeforeASecondPassAMinuteLater() {
        directory.members("acme", 150, "editor");
        for (int i = 0; i < 150; i++) {
            get("user-" + i, BOTH);
        }
        clock.advanceSeconds(29);
        get("user-0", BOTH);
        executor.runAll();
        directory.empty("members", true);
        directory.empty("membership", true);
        directory.empty("confirm", true);
        for (int second = 0; second < 50; second += 10) {
            clock.advanceSeconds(10);
            for (int i = 0; i < 150; i++) {
                assertThat(get("user-" + i, BOTH).standing()).isEqualTo(Standing.ACTIVE);
            }
            executor.runAll();
        }
    }

    // Global roles

    @Test
    void getWhenNobodyHoldsTheGlobalRoleThenUsersAreNotReadForIt() {
        directory.members("acme", 50, "editor").globalRole("auditor", "audit");
        for (int i = 0; i < 50; i++) {
            cache.get(api("user-" + i), fresh(), BOTH);
        }

        assertThat(directory.calls("grants")).isZero();
        assertThat(directory.calls("global-roles")).isEqualTo(1);
    }

    @Test
    void getWhenSomeHoldTheGlobalRoleThenItsHoldersAreReadByPage() {
        directory.members("acme", 300, "editor").globalRole("auditor", "audit");
        for (int i = 0; i < 150; i++) {
            directory.holds("user-" + i, "auditor");
        }
        for (int i = 0; i < 300; i++) {
            cache.get(api("user-" + i), fresh(), BOTH);
        }
        clock.advanceSeconds(29);
        for (int i = 0; i < 300; i++) {
            cache.get(api("user-" + i), fresh(), BOTH);
        }
        directory.forgetCalls();
        executor.runAll();

        assertThat(directory.calls("grants")).isZero();
        assertThat(directory.calls("holders")).isEqualTo(2);
        assertThat(cache.get(api("user-3"), fresh(), BOTH).granted()).isEqualTo(Scopes.of("read", "write", "audit"));
        assertThat(cache.get(api("user-203"), fresh(), BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void individualWhenGlobalRolesAreHeldThenItCostsACallForEach() {
        for (int i = 0; i < 100; i++) {
            directory.globalRole("role-" + i, "scope-" + i);
        }
        directory.member("acme", "alice", "editor").holds("alice", "role-1", "role-2", "role-3", "role-4", "role-5");
        Freshness now = Freshness.within(Duration.ZERO, steady.nanos());

        assertThat(cache.get(api("alice"), now, BOTH).granted().containsAll(Scopes.of("scope-5", "write")))
                .isTrue();
        assertThat(directory.calls()).isEqualTo(2 + 1 + 5);
        directory.forgetCalls();
        cache.get(api("alice"), now, BOTH);
        assertThat(directory.calls()).isEqualTo(2 + 1 + 5);
    }

    @ParameterizedTest
    @CsvSource({"250, 2, 0, 2", "250, 4, 1, 0", "90, 2, 1, 0"})
    void individualWhenManyOrganizationRolesThenTheFewerOfTheirPagesAndTheRolesHeld(
            int roles, int held, int lists, int single) {
        IntStream.range(2, roles).forEach(i -> directory.role("role-" + i, "read"));
        directory.member(
                "acme",
                "alice",
                IntStream.range(2, 2 + held).mapToObj(i -> "role-" + i).toArray(String[]::new));
        individual("alice", READ);
        directory.forgetCalls();

        assertThat(individual("alice", READ).granted()).isEqualTo(READ);
        assertThat(directory.calls("roles")).isEqualTo(lists);
        assertThat(directory.calls("scopes")).isEqualTo(single);
        assertThat(directory.calls()).isEqualTo(1 + lists + single);
    }

    @Test
    void individualWhenARoleWasLostThenAtMostTwiceTheCalls() {
        directory
                .globalRole("a", "audit")
                .globalRole("b", "bill")
                .member("acme", "alice", "editor")
                .holds("alice", "a", "b");
        Freshness now = Freshness.within(Duration.ZERO, steady.nanos());
        Scopes all = Scopes.of("read", "write", "audit", "bill");
        cache.get(api("alice"), now, all);
        directory.holds("alice", "a");
        directory.forgetCalls();

        assertThat(cache.get(api("alice"), now, all).granted()).isEqualTo(Scopes.of("read", "write", "audit"));
        assertThat(directory.calls()).isLessThanOrEqualTo(2 * (2 + 1 + 2));
    }

    @Test
    void possiblyLeakedWhenNothingWasReadThenAllScopes() {
        PermissionKey global = new PermissionKey(user("alice"), null, TestDirectory.API);

        assertThat(cache.possiblyLeaked(global, BOTH)).isEqualTo(BOTH);
        directory.member("acme", "bob", "viewer");
        directory.role("editor").role("viewer", "read");
        get("bob", READ);
        assertThat(cache.possiblyLeaked(global, BOTH)).isEqualTo(READ);
    }

    @Test
    void getWhenATokenIsForNoOrganizationThenOnlyGlobalRolesCount() {
        directory
                .member("acme", "alice", "editor")
                .globalRole("auditor", "audit")
                .holds("alice", "auditor");
        PermissionKey global = new PermissionKey(user("alice"), null, TestDirectory.API);

        LivePermissions live = cache.get(global, fresh(), Scopes.of("audit"));

        assertThat(live.granted()).isEqualTo(Scopes.of("audit"));
        assertThat(live.issuable().containsAll(BOTH)).isTrue();
    }

    // History

    @Test
    void historyWhenARoleIsGainedThenObserved() {
        directory.member("acme", "alice", "viewer");
        get("alice", READ);
        clock.advanceSeconds(31);
        directory.member("acme", "alice", "editor");
        LivePermissions live = get("alice", READ);

        assertThat(live.history().isObserved("write")).isTrue();
        assertThat(live.history().isObserved("read")).isFalse();
        assertThat(live.history().heldSince("write").getAsLong())
                .isGreaterThanOrEqualTo(Duration.ofSeconds(31).toNanos());
    }

    @Test
    void historyWhenARoleGainsAScopeThenObserved() {
        directory.member("acme", "alice", "viewer");
        get("alice", READ);
        clock.advanceSeconds(31);
        directory.role("viewer", "read", "write");
        LivePermissions live = get("alice", READ);

        assertThat(live.history().isObserved("write")).isTrue();
    }

    @Test
    void historyWhenAScopeIsLostThenLackedSinceTheReadThatBelievedIt() {
        directory.member("acme", "alice", "editor");
        get("alice", BOTH);
        clock.advanceSeconds(31);
        directory.member("acme", "alice", "viewer");
        LivePermissions live = get("alice", BOTH);

        assertThat(live.history().lackedSince("write").getAsLong())
                .isGreaterThanOrEqualTo(Duration.ofSeconds(31).toNanos());
        assertThat(live.history().lackedSince("read")).isEmpty();
        assertThat(live.history().heldSince("write")).isEmpty();
    }

    @Test
    void historyWhenRolesAreExchangedThenTheOlderTimeStays() {
        directory.role("writer", "write").member("acme", "alice", "editor");
        LivePermissions first = get("alice", BOTH);
        clock.advanceSeconds(31);
        directory.member("acme", "alice", "viewer", "writer");
        LivePermissions live = get("alice", BOTH);

        assertThat(live.granted()).isEqualTo(BOTH);
        assertThat(live.history().heldSince("write")).isEqualTo(first.history().heldSince("write"));
        assertThat(live.history().isObserved("write")).isFalse();
    }

    private LivePermissions get(String user, Scopes held) {
        return cache.get(key(user), fresh(), held);
    }

    private LivePermissions individual(String user, Scopes held) {
        return cache.get(key(user), Freshness.within(Duration.ZERO, steady.nanos()), held);
    }

    private Freshness fresh() {
        return Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
    }

    private static PermissionKey key(String user) {
        return new PermissionKey(user(user), "acme", Audience.ORGANIZATION);
    }

    private static PermissionKey api(String user) {
        return new PermissionKey(user(user), "acme", TestDirectory.API);
    }

    private static Subject user(String id) {
        return new Subject(Subject.Type.USER, id);
    }
}
