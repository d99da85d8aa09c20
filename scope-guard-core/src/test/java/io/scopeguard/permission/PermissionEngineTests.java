package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.permission.PermissionsUnavailableException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** When what is read, and what is believed of it; every step by hand. */
class PermissionEngineTests {

    private static final Scopes READ = Scopes.of("read");
    private static final Scopes BOTH = Scopes.of("read", "write");

    private final MovableClock clock = MovableClock.atNoon();
    private final TestDirectory directory =
            new TestDirectory().role("viewer", "read").role("editor", "read", "write");
    private final AtomicReference<StepReaders> readers = new AtomicReference<>();
    private final PermissionCache cache =
            new PermissionCache(directory, clock, Duration.ofSeconds(2), 100_000, Duration.ofHours(1), reader -> {
                readers.set(new StepReaders(reader));
                return readers.get();
            });

    // What waits

    @Test
    void waitingReadsAreCountedByWhoWaitsForThem() {
        directory.member("acme", "alice", "viewer").member("acme", "bob", "viewer");
        get("acme", "alice", READ);
        get("acme", "bob", READ);
        clock.advanceSeconds(29);
        get("acme", "alice", READ);
        get("acme", "bob", READ);

        int all = readers.get().waiting();
        assertThat(all).isGreaterThan(1);
        assertThat(cache.waiting(Urgency.AHEAD)).isEqualTo(all);
        assertThat(cache.waiting(Urgency.NOW)).isZero();

        readers.get().run(1);
        assertThat(cache.waiting(Urgency.AHEAD)).isEqualTo(all - 1);
        readers.get().runAll();
        assertThat(cache.waiting(Urgency.AHEAD)).isZero();
    }

    // Two levels

    @Test
    void manyHoldersCostOneReadOfDefinitions() {
        directory.members("acme", 50, "viewer");

        for (int i = 0; i < 50; i++) {
            cache.get(key("acme", "user-" + i), Freshness.within(Duration.ZERO, clock.instant()), READ);
        }
        assertThat(directory.calls("definitions")).isEqualTo(1);
        assertThat(directory.calls("read")).isEqualTo(50);
    }

    @Test
    void anEditedRoleCostsOneReadWhoeverHoldsIt() {
        directory.member("acme", "alice", "viewer").member("acme", "bob", "viewer");
        get("acme", "alice", READ);
        get("acme", "bob", READ);
        directory.role("viewer", "read", "write").forgetCalls();

        cache.apply(new PermissionChange.OfRoles());

        assertThat(get("acme", "alice", READ).granted()).isEqualTo(BOTH);
        assertThat(get("acme", "bob", READ).granted()).isEqualTo(BOTH);
        assertThat(directory.calls()).isEqualTo(1);
    }

    @Test
    void definitionsThatShrinkAreReadTwice() {
        directory.member("acme", "alice", "editor");
        get("acme", "alice", BOTH);
        clock.advanceSeconds(31);
        directory.forgetCalls();
        directory.answerHalf();

        assertThat(get("acme", "alice", BOTH).granted()).isEqualTo(BOTH);
        assertThat(directory.calls("definitions")).isEqualTo(2);
    }

    @Test
    void aScopeThatARoleLostIsGoneOnceTheSecondReadAgrees() {
        directory.member("acme", "alice", "editor");
        get("acme", "alice", BOTH);
        clock.advanceSeconds(31);
        directory.role("editor", "read");

        LivePermissions live = get("acme", "alice", BOTH);
        assertThat(live.granted()).isEqualTo(READ);
        assertThat(live.history().lackedSince("write")).isEqualTo(clock.instant());
    }

    @Test
    void aRoleThatIsGoneTakesItsScopesOnceTheSecondReadAgrees() {
        directory.member("acme", "alice", "viewer");
        get("acme", "alice", READ);
        clock.advanceSeconds(1);
        directory.removeRole("viewer");
        directory.forgetCalls();
        cache.apply(new PermissionChange.OfRoles());

        assertThat(get("acme", "alice", READ).granted()).isEqualTo(Scopes.none());
        assertThat(directory.calls("definitions")).isEqualTo(2);
        directory.forgetCalls();
        assertThat(get("acme", "alice", READ).granted()).isEqualTo(Scopes.none());
        assertThat(directory.calls()).isZero();
    }

    @Test
    void whenAllRolesAreGoneAtOnceThatIsNotBelievedBeforeASecondPass() {
        directory.member("acme", "alice", "viewer");
        get("acme", "alice", READ);
        directory.clearRoles();
        directory.role("another tenant's", "read");

        try (LogEvents events = LogEvents.capture()) {
            for (int seconds = 0; seconds < 60; seconds += 20) {
                clock.advanceSeconds(20);
                cache.apply(new PermissionChange.OfRoles());
                assertThat(get("acme", "alice", READ).granted()).isEqualTo(READ);
            }
            assertThat(events.messages()).hasSize(1).first().asString().contains("None of the roles");
        }
        clock.advanceSeconds(20);
        assertThat(get("acme", "alice", READ).granted()).isEqualTo(Scopes.none());
    }

    @Test
    void aLossSeenByOneKindOfReadingBindsTheOther() {
        directory.member("acme", "alice", "editor").globalRole("auditor", "audit");
        PermissionKey api = new PermissionKey(user("alice"), "acme", TestDirectory.API);
        get("acme", "alice", BOTH);
        cache.get(api, freshness(), BOTH);
        clock.advanceSeconds(10);
        directory.member("acme", "alice", "viewer");

        cache.get(key("acme", "alice"), Freshness.within(Duration.ZERO, clock.instant()), BOTH);
        directory.down(true);
        assertThat(cache.get(api, freshness(), BOTH).granted()).isEqualTo(READ);
        clock.advance(Duration.ofMinutes(30));
        assertThat(cache.lastSeen(api, BOTH).granted()).isEqualTo(READ);
        assertThat(cache.lastSeen(key("acme", "alice"), BOTH).granted()).isEqualTo(READ);
    }

    @Test
    void whatAReadingWithoutGlobalRolesLacksIsNotHeldAgainstWhoMayHaveSome() {
        directory.member("acme", "alice", "viewer").globalRole("auditor", "audit");
        PermissionKey api = new PermissionKey(user("alice"), "acme", TestDirectory.API);
        get("acme", "bob", READ);
        cache.get(new PermissionKey(user("bob"), "acme", TestDirectory.API), freshness(), READ);
        get("acme", "alice", BOTH);

        assertThat(cache.lastSeen(key("acme", "alice"), BOTH).granted()).isEqualTo(READ);
        assertThat(cache.lastSeen(api, Scopes.of("read", "write", "audit")).granted())
                .isEqualTo(Scopes.of("read", "audit"));
        assertThat(cache.lastSeen(new PermissionKey(user("bob"), "acme", TestDirectory.API), READ)
                        .standing())
                .isEqualTo(Standing.NOT_A_MEMBER);
    }

    @Test
    void whoIsBackIsNotTakenForGoneByTheOtherKindOfReading() {
        directory.member("acme", "alice", "editor").globalRole("auditor", "audit");
        PermissionKey api = new PermissionKey(user("alice"), "acme", TestDirectory.API);
        get("acme", "alice", BOTH);
        cache.get(api, freshness(), BOTH);
        clock.advanceSeconds(31);
        directory.leave("acme", "alice");
        get("acme", "alice", BOTH);
        clock.advanceSeconds(31);
        assertThat(cache.lastSeen(api, BOTH).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        directory.member("acme", "alice", "editor");
        get("acme", "alice", BOTH);

        assertThat(cache.lastSeen(api, BOTH).standing()).isEqualTo(Standing.ACTIVE);
        assertThat(cache.get(api, freshness(), BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void whatWasSeenToGoBindsATokenThatLacksMoreWhichNobodyConfirmed() {
        directory.member("acme", "alice", "viewer");
        get("acme", "alice", READ);
        clock.advanceSeconds(1);
        directory.role("viewer");
        cache.apply(new PermissionChange.OfRoles());
        get("acme", "alice", READ);

        assertThat(cache.lastSeen(key("acme", "alice"), BOTH).granted()).isEqualTo(Scopes.of("write"));
        assertThat(cache.lastSeen(key("acme", "alice"), READ).granted()).isEqualTo(Scopes.none());
    }

    @Test
    void aScopeThatARoleLostIsNotLookedForWithEachOfItsHolders() {
        directory.members("acme", 20, "editor");
        for (int i = 0; i < 20; i++) {
            get("acme", "user-" + i, BOTH);
        }
        clock.advanceSeconds(1);
        directory.role("editor", "read").forgetCalls();
        cache.apply(new PermissionChange.OfRoles());

        for (int i = 0; i < 20; i++) {
            assertThat(get("acme", "user-" + i, BOTH).granted()).isEqualTo(READ);
        }
        assertThat(directory.calls()).isEqualTo(2);
    }

    @Test
    void whatAGlobalRoleMayGiveSinceIsNotGoneWithARole() {
        directory.member("acme", "alice", "viewer").member("acme", "bob", "viewer");
        PermissionKey api = new PermissionKey(user("alice"), "acme", TestDirectory.API);
        cache.get(api, freshness(), READ);
        clock.advanceSeconds(10);
        directory.member("acme", "alice", "none");
        get("acme", "alice", READ);
        cache.get(api, Freshness.within(Duration.ZERO, clock.instant()), READ);
        assertThat(cache.lastSeen(api, READ))
                .extracting(LivePermissions::granted)
                .isEqualTo(Scopes.none());
        clock.advanceSeconds(60);
        directory.globalRole("auditor", "read");
        cache.get(new PermissionKey(user("bob"), "acme", TestDirectory.API), freshness(), READ);

        assertThat(cache.lastSeen(api, READ))
                .extracting(LivePermissions::granted)
                .isEqualTo(READ);
    }

    @Test
    void aSuspensionSeenInOneOrganizationBindsInAllUntilASightToTheContrary() {
        directory.member("acme", "alice", "editor").member("globex", "alice", "editor");
        get("acme", "alice", BOTH);
        get("globex", "alice", BOTH);
        clock.advanceSeconds(31);
        directory.suspend("acme", "alice");
        directory.suspend("globex", "alice");
        get("acme", "alice", BOTH);

        directory.down(true);
        assertThat(get("globex", "alice", BOTH).standing()).isEqualTo(Standing.SUSPENDED);
        assertThat(cache.lastSeen(key("initech", "alice"), BOTH).standing()).isEqualTo(Standing.SUSPENDED);
        directory.down(false);
        directory.member("acme", "alice", "editor").member("globex", "alice", "editor");
        clock.advanceSeconds(31);
        get("globex", "alice", BOTH);
        readers.get().runAll();
        assertThat(get("globex", "alice", BOTH).granted()).isEqualTo(BOTH);
        assertThat(cache.lastSeen(key("initech", "alice"), BOTH)).isNull();
        assertThat(get("acme", "alice", BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void ageCountsFromTheOlderRead() {
        directory.member("acme", "alice", "viewer").member("acme", "bob", "viewer");
        get("acme", "alice", READ);
        Instant first = clock.instant();
        clock.advanceSeconds(10);

        assertThat(get("acme", "bob", READ).asOf()).isEqualTo(first);
    }

    @Test
    void tokensOfBothKindsShareWhatTheMemberHolds() {
        directory.member("acme", "alice", "viewer");
        get("acme", "alice", READ);

        LivePermissions live =
                cache.get(new PermissionKey(user("alice"), "acme", TestDirectory.API), freshness(), READ);
        assertThat(live.granted()).isEqualTo(READ);
        assertThat(directory.calls("read")).isEqualTo(1);
    }

    @Test
    void globalRolesAreReadWhereTheyCouldMatter() {
        directory.member("acme", "alice", "viewer").globalRole("auditor", "audit");
        get("acme", "alice", READ);

        cache.get(new PermissionKey(user("alice"), "acme", TestDirectory.API), freshness(), READ);
        assertThat(directory.calls("read")).isEqualTo(2);
    }

    @Test
    void historyTellsWhatEnteredThroughARoleOfOnesOwn() {
        directory.member("acme", "alice", "viewer");
        get("acme", "alice", READ);
        clock.advanceSeconds(31);
        directory.member("acme", "alice", "viewer", "editor");

        LivePermissions promoted = get("acme", "alice", READ);
        assertThat(promoted.history().entered("write")).isEqualTo(clock.instant());
        assertThat(promoted.history().entered("read")).isNull();
        assertThat(promoted.history().lackedSince("audit")).isEqualTo(MovableClock.NOON);
    }

    @Test
    void historyTellsWhatEnteredThroughAnEditedRole() {
        directory.member("acme", "alice", "viewer");
        get("acme", "alice", READ);
        clock.advanceSeconds(31);
        directory.role("viewer", "read", "write");

        assertThat(get("acme", "alice", READ).history().entered("write")).isEqualTo(clock.instant());
    }

    @Test
    void whoCameAfterAnEditSawNothingEnter() {
        directory.member("acme", "alice", "viewer").member("acme", "bob", "viewer");
        get("acme", "alice", READ);
        clock.advanceSeconds(31);
        directory.role("viewer", "read", "write");
        get("acme", "alice", READ);
        clock.advanceSeconds(1);

        assertThat(get("acme", "bob", READ).history().entered("write")).isNull();
    }

    // Ahead of age

    @Test
    void aHotKeyIsReadAheadAndNobodyWaits() {
        directory.member("acme", "alice", "viewer");
        get("acme", "alice", READ);
        clock.advanceSeconds(29);

        for (int i = 0; i < 1_000; i++) {
            assertThat(get("acme", "alice", READ).asOf()).isEqualTo(MovableClock.NOON);
        }
        assertThat(directory.calls("read")).isEqualTo(1);
        assertThat(readers.get().waiting()).isEqualTo(2);
        readers.get().runAll();
        assertThat(get("acme", "alice", READ).asOf()).isEqualTo(clock.instant());
        assertThat(directory.calls()).isEqualTo(4);
    }

    @Test
    void whatIsDueIsAnswerEnoughWhileOthersAreBeingRead() {
        directory.member("acme", "alice", "viewer");
        get("acme", "alice", READ);
        clock.advanceSeconds(100);
        readers.get().busy(true);

        assertThat(get("acme", "alice", READ).asOf()).isEqualTo(MovableClock.NOON);
        assertThat(directory.calls("read")).isEqualTo(1);
        readers.get().runAll();
        assertThat(get("acme", "alice", READ).asOf()).isEqualTo(clock.instant());
    }

    @Test
    void theOldestIsReadFirst() {
        directory.member("globex", "alice", "viewer").member("acme", "bob", "viewer");
        get("acme", "bob", READ);
        clock.advanceSeconds(20);
        get("globex", "alice", READ);
        clock.advanceSeconds(31);
        readers.get().busy(true);
        get("globex", "alice", READ);
        get("acme", "bob", READ);

        // Definitions come first: all share them.
        readers.get().run(2);
        readers.get().busy(false);
        assertThat(cache.lastSeen(key("acme", "bob"), READ).asOf()).isEqualTo(clock.instant());
        assertThat(cache.lastSeen(key("globex", "alice"), READ).asOf())
                .isEqualTo(clock.instant().minusSeconds(31));
    }

    @Test
    void whatIsReadAheadForARequestDoesNotKeepItFromBeingFresh() {
        directory.member("acme", "alice", "viewer").member("acme", "bob", "viewer");
        get("acme", "alice", READ);
        clock.advanceSeconds(31);
        get("acme", "bob", READ);
        clock.advanceSeconds(29);
        directory.forgetCalls();

        // The definitions are about to be due, and alice is.
        get("acme", "alice", READ);
        assertThat(directory.calls("read")).isEqualTo(1);
        assertThat(readers.get().waiting()).isEqualTo(1);
    }

    // By the page

    @Test
    void manyMembersAreReadByThePage() {
        directory.members("acme", 250, "viewer");
        for (int i = 0; i < 250; i++) {
            get("acme", "user-" + i, READ);
        }
        clock.advanceSeconds(29);
        directory.forgetCalls();
        for (int i = 0; i < 250; i++) {
            get("acme", "user-" + i, READ);
        }
        readers.get().runAll();

        assertThat(directory.calls("members")).isEqualTo(3);
        assertThat(directory.calls("read")).isZero();
        for (int i = 0; i < 250; i++) {
            assertThat(get("acme", "user-" + i, READ).asOf()).isEqualTo(clock.instant());
        }
    }

    @Test
    void whoAskedInVainCountsForHowTheNextIsRead() {
        directory.members("acme", 50, "viewer");
        get("acme", "user-9", READ);
        twoAskInVain();

        get("acme", "user-2", READ);
        get("acme", "user-0", READ);
        assertThat(directory.calls("members")).isEqualTo(1);
        assertThat(directory.calls("read")).isZero();
    }

    @Test
    void whatIsTooOldCountsForHowItIsReadLikeWhatIsUnknown() {
        directory.members("acme", 50, "viewer").member("globex", "zoe", "viewer");
        refresh(50);
        clock.advance(Duration.ofHours(1));
        get("globex", "zoe", READ);
        twoAskInVain();

        for (int i = 0; i < 50; i++) {
            get("acme", "user-" + i, READ);
        }
        assertThat(directory.calls("members")).isEqualTo(1);
        assertThat(directory.calls("read")).isZero();
    }

    @Test
    void fewMembersOfManyAreReadOneByOne() {
        directory.members("acme", 1_000, "viewer");
        refresh(5);
        clock.advanceSeconds(29);
        // How long the list is shows once.
        refresh(5);
        for (int round = 0; round < 10; round++) {
            clock.advanceSeconds(29);
            directory.forgetCalls();
            refresh(5);
        }
        assertThat(directory.calls("read")).isEqualTo(5);
        assertThat(directory.calls("members")).isZero();
    }

    @Test
    void whoIsOnNoPageIsReadAloneAndConfirmed() {
        directory.members("acme", 50, "viewer");
        refresh(50);
        clock.advanceSeconds(29);
        directory.leave("acme", "user-7");
        directory.forgetCalls();
        refresh(50);
        assertThat(directory.calls("members")).isEqualTo(1);
        assertThat(directory.calls("read")).isEqualTo(1);
        assertThat(directory.calls("confirm")).isEqualTo(1);

        assertThat(get("acme", "user-7", READ).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        assertThat(get("acme", "user-8", READ).standing()).isEqualTo(Standing.ACTIVE);
    }

    @Test
    void whatAPageTakesAwayIsConfirmedForThatOneAlone() {
        directory.members("acme", 50, "editor");
        refresh(50);
        clock.advanceSeconds(29);
        directory.member("acme", "user-7", "viewer");
        directory.forgetCalls();
        refresh(50);

        assertThat(directory.calls("confirm")).isEqualTo(1);
        assertThat(get("acme", "user-7", BOTH).granted()).isEqualTo(READ);
    }

    // Changes that are reported

    @Test
    void aReportedChangeOfOneMemberIsReadBeforeTheNextAnswer() {
        directory.member("acme", "alice", "editor").member("acme", "bob", "editor");
        get("acme", "alice", BOTH);
        get("acme", "bob", BOTH);
        directory.leave("acme", "alice");
        directory.forgetCalls();

        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));

        assertThat(get("acme", "alice", BOTH).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        assertThat(get("acme", "bob", BOTH).granted()).isEqualTo(BOTH);
        assertThat(directory.calls("read")).isEqualTo(1);
        assertThat(get("acme", "alice", BOTH).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        assertThat(directory.calls("read")).isEqualTo(1);
    }

    @Test
    void aReportedChangeOfASubjectReachesEveryOrganization() {
        directory.member("acme", "alice", "editor").member("globex", "alice", "editor");
        get("acme", "alice", BOTH);
        get("globex", "alice", BOTH);
        directory.suspend("acme", "alice");
        directory.suspend("globex", "alice");

        cache.apply(new PermissionChange.OfSubject(user("alice")));

        assertThat(get("acme", "alice", BOTH).standing()).isEqualTo(Standing.SUSPENDED);
        assertThat(get("globex", "alice", BOTH).standing()).isEqualTo(Standing.SUSPENDED);
    }

    @Test
    void aReportedChangeOfAnOrganizationOrOfEverythingMakesDue() {
        directory.member("acme", "alice", "editor").member("globex", "bob", "editor");
        get("acme", "alice", BOTH);
        get("globex", "bob", BOTH);
        directory.forgetCalls();

        cache.apply(new PermissionChange.OfOrganization("acme"));
        get("acme", "alice", BOTH);
        get("globex", "bob", BOTH);
        assertThat(directory.calls("read")).isEqualTo(1);
        cache.apply(new PermissionChange.OfEverything());
        get("acme", "alice", BOTH);
        get("globex", "bob", BOTH);
        assertThat(directory.calls("read")).isEqualTo(3);
    }

    @Test
    void aReportedChangeLeavesTheLastKnownWhileTheProviderDoesNotAnswer() {
        directory.member("acme", "alice", "editor");
        get("acme", "alice", BOTH);
        directory.down(true);

        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));

        assertThat(get("acme", "alice", BOTH).granted()).isEqualTo(BOTH);
    }

    @Test
    void moreChangesThanCanBeRememberedConcernEverybody() {
        directory.member("acme", "alice", "editor");
        get("acme", "alice", BOTH);
        directory.forgetCalls();

        for (int i = 0; i <= 10_000; i++) {
            cache.apply(new PermissionChange.OfSubject(user("other-" + i)));
        }

        get("acme", "alice", BOTH);
        assertThat(directory.calls("read")).isEqualTo(1);
    }

    // Mass loss

    @Test
    void whenAllLoseTheirStandingAtOnceNobodyIsLockedOutBeforeASecondPass() {
        directory.members("acme", 30, "viewer");
        refresh(30);
        clock.advanceSeconds(40);
        directory.clear();

        try (LogEvents events = LogEvents.capture()) {
            refresh(30);
            assertThat(events.messages()).hasSize(1).first().asString().contains("no standing any more");
        }
        assertStanding(30, Standing.ACTIVE);
        clock.advanceSeconds(30);
        refresh(30);
        assertStanding(30, Standing.ACTIVE);
        clock.advanceSeconds(31);
        refresh(30);
        assertStanding(30, Standing.NOT_A_MEMBER);
    }

    @Test
    void aSecondTroubleIsNotTakenForTheSecondPassOfTheFirst() {
        directory.members("acme", 30, "viewer");
        refresh(30);
        for (int trouble = 0; trouble < 2; trouble++) {
            clock.advanceSeconds(40);
            directory.clear();
            refresh(30);
            assertStanding(30, Standing.ACTIVE);
            clock.advanceSeconds(40);
            directory.members("acme", 30, "viewer");
            refresh(30);
        }
    }

    @Test
    void aTenantThatKnowsNeitherMembersNorRolesTakesNothingBeforeASecondPass() {
        directory.members("acme", 30, "viewer");
        refresh(30);
        clock.advanceSeconds(31);
        directory.clear();
        directory.clearRoles();
        refresh(30);

        for (int i = 0; i < 30; i++) {
            assertThat(get("acme", "user-" + i, READ).granted()).isEqualTo(READ);
        }
        clock.advanceSeconds(61);
        refresh(30);
        assertStanding(30, Standing.ACTIVE);
        clock.advanceSeconds(61);
        refresh(30);
        assertThat(get("acme", "user-0", READ).standing()).isEqualTo(Standing.NOT_A_MEMBER);
    }

    @Test
    void whenOnlySomeLoseTheirStandingItIsBelieved() {
        directory.members("acme", 300, "viewer");
        refresh(300);
        clock.advanceSeconds(29);
        for (int i = 0; i < 25; i++) {
            directory.leave("acme", "user-" + i);
        }
        refresh(300);
        refresh(300);

        assertStanding(25, Standing.NOT_A_MEMBER);
    }

    // Limits

    @Test
    void oneSubjectCannotHaveReadsOfItsOwnWithoutEnd() {
        directory.member("acme", "alice", "viewer").member("acme", "bob", "viewer");
        for (int i = 0; i < 10; i++) {
            clock.advance(Duration.ofMillis(1));
            now("alice");
        }
        clock.advance(Duration.ofMillis(1));

        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> now("alice"))
                .extracting(PermissionsUnavailableException::reason)
                .isEqualTo(Reason.BUDGET_EXHAUSTED);
        now("bob");
        clock.advanceSeconds(1);
        now("alice");
    }

    @Test
    void whatWasSeenLastIsKnownHoweverOld() {
        directory.member("acme", "alice", "viewer");
        assertThat(cache.lastSeen(key("acme", "alice"), READ)).isNull();
        get("acme", "alice", READ);
        directory.down(true);
        clock.advance(Duration.ofMinutes(50));

        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> get("acme", "alice", READ));
        assertThat(cache.lastSeen(key("acme", "alice"), READ).granted()).isEqualTo(READ);
    }

    private void now(String user) {
        cache.get(key("acme", user), Freshness.within(Duration.ZERO, clock.instant()), READ);
    }

    private void refresh(int members) {
        for (int i = 0; i < members; i++) {
            try {
                get("acme", "user-" + i, READ);
            } catch (PermissionsUnavailableException e) {
                // Asked again later.
            }
        }
        readers.get().runAll();
    }

    private void assertStanding(int members, Standing standing) {
        for (int i = 0; i < members; i++) {
            assertThat(cache.lastSeen(key("acme", "user-" + i), READ).standing())
                    .isEqualTo(standing);
        }
    }

    private LivePermissions get(String organization, String user, Scopes held) {
        return cache.get(key(organization, user), freshness(), held);
    }

    private Freshness freshness() {
        Instant now = clock.instant();
        return new Freshness(now.minusSeconds(30), now.minus(Duration.ofMinutes(5)));
    }

    private static PermissionKey key(String organization, String user) {
        return new PermissionKey(user(user), organization, Audience.ORGANIZATION);
    }

    private void twoAskInVain() {
        directory.down(true);
        refuse("user-0");
        refuse("user-1");
        directory.down(false);
        directory.forgetCalls();
        clock.advanceSeconds(2);
    }

    private void refuse(String user) {
        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> get("acme", user, READ));
    }

    private static Subject user(String id) {
        return new Subject(Subject.Type.USER, id);
    }
}
