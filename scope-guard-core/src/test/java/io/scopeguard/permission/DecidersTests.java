package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.scopeguard.permission.Freshness.Waiting;
import io.scopeguard.permission.fact.Changes;
import io.scopeguard.permission.fact.FactKey;
import io.scopeguard.permission.fact.FactKey.GrantsKey;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactKey.RolesKey;
import io.scopeguard.permission.fact.FactKey.SubjectKey;
import io.scopeguard.permission.fact.HolderSet;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.read.Invalidations;
import io.scopeguard.permission.read.LossJudge;
import io.scopeguard.permission.read.MassRevocationGuard;
import io.scopeguard.permission.read.Quarantine;
import io.scopeguard.permission.read.Quarantine.Ruling;
import io.scopeguard.permission.read.QuarantineLog;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Subject;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The small decisions, each on its own: belief, doubt, and age. */
class DecidersTests {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    /** No user was read alone. */
    private static final ToLongFunction<String> NEVER = user -> Long.MIN_VALUE;

    private static final FactKey ROLES = new RolesKey(DefinitionsKey.ORGANIZATION_ROLES);

    private final Sequence sequence = new Sequence(MovableClock.atNoon().steady());
    private final Invalidations invalidations = new Invalidations(sequence, Duration.ofHours(1), Duration.ZERO);
    private final LossJudge judge = new LossJudge(invalidations, Duration.ZERO, new QuarantineLog("logto"));

    // Quarantine

    @ParameterizedTest
    @CsvSource({
        "1,   AGAIN",
        "59,  AGAIN",
        "60,  BELIEVED",
        "599, BELIEVED",
        // A new incident, not a second pass.
        "601, FIRST"
    })
    void quarantineWhenSeenAgainThenByTheTimeBetween(int seconds, Ruling ruling) {
        Quarantine quarantine = new Quarantine();

        assertThat(quarantine.judge(ROLES, 0)).isEqualTo(Ruling.FIRST);
        assertThat(quarantine.judge(ROLES, seconds * SECOND)).isEqualTo(ruling);
    }

    @Test
    void quarantineWhenAPlausibleAnswerComesThenTheDoubtEnds() {
        Quarantine quarantine = new Quarantine();
        quarantine.judge(ROLES, 0);
        quarantine.clear(ROLES);

        assertThat(quarantine.judge(ROLES, 61 * SECOND)).isEqualTo(Ruling.FIRST);
    }

    /** The first answer was read at 10 s, and had arrived at 30 s. */
    @ParameterizedTest
    @CsvSource({"31, AGAIN", "89, AGAIN", "90, BELIEVED", "630, BELIEVED", "631, FIRST"})
    void quarantineWhenAPassTakesTimeThenTheNextOneBeginsAMinuteAfterTheFirstWasNoticed(int readAt, Ruling ruling) {
        Quarantine quarantine = new Quarantine();

        assertThat(quarantine.judge(ROLES, 10 * SECOND, 30 * SECOND)).isEqualTo(Ruling.FIRST);
        assertThat(quarantine.judge(ROLES, readAt * SECOND, (readAt + 5) * SECOND))
                .isEqualTo(ruling);
    }

    // Mass revocation

    @ParameterizedTest
    @CsvSource({
        // subjects read, standings lost, mass
        "1000, 19,  false",
        "199,  20,  true",
        "200,  20,  false",
        "1000, 101, true",
        "1000, 100, false",
        "19,   19,  false"
    })
    void guardWhenManyLoseTheirStandingThenByTheirShare(int read, int lost, boolean mass) {
        MassRevocationGuard guard = new MassRevocationGuard(new QuarantineLog("logto"));
        guard.countReads(read, 0);
        boolean last = false;
        for (int i = 0; i < lost; i++) {
            last = guard.isMass(member("user-" + i), SECOND);
        }

        assertThat(last).isEqualTo(mass);
    }

    @Test
    void guardWhenAMassLossBeginsThenOneWarningNamesTheProvider() {
        MassRevocationGuard guard = new MassRevocationGuard(new QuarantineLog("logto"));
        try (LogEvents events = LogEvents.capture()) {
            for (int i = 0; i < 30; i++) {
                guard.isMass(member("user-" + i), SECOND);
            }

            assertThat(events.messages()).singleElement().asString().startsWith("WARN logto: ");
        }
    }

    @Test
    void guardWhenLossesAreAMinuteApartThenTheyAreCountedApart() {
        MassRevocationGuard guard = new MassRevocationGuard(new QuarantineLog("logto"));
        boolean mass = false;
        for (int i = 0; i < 30; i++) {
            mass |= guard.isMass(member("user-" + i), i * 4 * SECOND);
        }

        assertThat(mass).isFalse();
    }

    // Losses of one subject

    @Test
    void judgeWhenAFewBareEmptyAnswersThenOrdinaryLosses() {
        for (int i = 0; i < 4; i++) {
            SubjectKey key = grants("user-" + i);
            assertThatCode(() -> judge.requireBelievable(key, null, true, false, SECOND))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void judgeWhenManyBareEmptyAnswersThenNotBelievedBeforeAMinuteHasPassed() {
        for (int i = 0; i < 4; i++) {
            judge.requireBelievable(grants("user-" + i), null, true, false, SECOND);
        }
        SubjectKey fifth = grants("user-4");

        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> judge.requireBelievable(fifth, null, true, false, SECOND));
        judge.requireBelievable(fifth, null, true, false, 62 * SECOND);
    }

    @Test
    void judgeWhenAReportedChangeNamesTheSubjectThenBelieved() {
        for (int i = 0; i < 4; i++) {
            judge.requireBelievable(grants("user-" + i), null, true, false, SECOND);
        }
        invalidations.add(new PermissionChange.OfSubject(new Subject(Subject.Type.USER, "user-4")));

        judge.requireBelievable(grants("user-4"), null, true, false, SECOND);
    }

    // Holders

    @Test
    void holdersWhenMissingOnceThenStillHeldAndOlder() {
        HolderSet first = HolderSet.first(Set.of("a", "b"), times(10));
        HolderSet second = first.followedBy(Set.of("a"), times(20), 25, NEVER);

        assertThat(second.holds("b")).isTrue();
        assertThat(second.readAt("b")).isEqualTo(10);
        assertThat(second.readAt("a")).isEqualTo(20);
    }

    @Test
    void holdersWhenMissingTwiceThenLost() {
        HolderSet third = HolderSet.first(Set.of("a", "b"), times(10))
                .followedBy(Set.of("a"), times(20), 25, NEVER)
                .followedBy(Set.of("a"), times(30), 35, NEVER);

        assertThat(third.holds("b")).isFalse();
        assertThat(third.lossOf("b")).isNotNull();
    }

    /** With a scan of all losses for each of them, this would take an hour. */
    @Test
    void holdersWhenVeryManyAreLostAtOnceThenEachLossIsKeptInShortTime() {
        int many = 500_000;
        Set<String> all = IntStream.range(0, many).mapToObj(i -> "u" + i).collect(Collectors.toSet());
        Set<String> one = Set.of("u0");

        HolderSet third = assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> HolderSet.first(all, times(10))
                        .followedBy(one, times(20), 25, NEVER)
                        .followedBy(one, times(30), 35, NEVER));

        assertThat(third.ids()).isEqualTo(one);
        assertThat(all).allMatch(user -> third.holds(user) || third.lossOf(user).lostAt() == 30);
        assertThat(third.changes().forgottenUntil()).isEqualTo(Long.MIN_VALUE);
    }

    /** The losses of the newest pass with losses, and those of earlier passes up to the limit. */
    @Test
    void holdersWhenOthersAreLostLaterThenTheOldestLossesAreDropped() {
        Set<String> all = IntStream.range(0, 3_000).mapToObj(i -> "u" + i).collect(Collectors.toSet());
        HolderSet after = HolderSet.first(all, times(10))
                .followedBy(Set.of("u0", "u1"), times(20), 25, NEVER)
                .followedBy(Set.of("u0", "u1"), times(30), 35, NEVER)
                .followedBy(Set.of("u0"), times(40), 45, NEVER)
                .followedBy(Set.of("u0"), times(50), 55, NEVER);

        assertThat(after.changes().losses()).hasSize(1_000);
        assertThat(after.lossOf("u1").lostAt()).isEqualTo(50);
        assertThat(after.changes().forgottenUntil()).isEqualTo(30);
    }

    @Test
    void holdersWhenAPassIsNotConclusiveThenItCountsForThoseItContains() {
        HolderSet second =
                HolderSet.first(Set.of("a", "b", "c"), times(10)).followedBy(Set.of("a", "b"), times(20), 25, NEVER);
        HolderSet third = second.partlyFollowedBy(Set.of("a", "c", "d"), times(30));

        assertThat(List.of("a", "c", "d")).allMatch(user -> third.holds(user) && third.readAt(user) == 30);
        assertThat(third.holds("b")).isTrue();
        assertThat(third.readAt("b")).isEqualTo(20);
        assertThat(third.readAt("nobody")).isEqualTo(20);
        assertThat(third.changes().gain("d", third.firstEnd())).isEqualTo(new Changes.Gain(20, 31));
        assertThat(third.followedBy(Set.of(), times(40), 45, NEVER).readAt("b")).isEqualTo(20);
    }

    /** The second pass begins at 30, after the loss was noticed at 25. */
    @ParameterizedTest
    @CsvSource({"-1, false", "15, false", "25, false", "26, true", "33, true"})
    void holdersWhenMissingTwiceAndShownAloneThenLostUnlessThatWasAfterTheLossWasNoticed(int shownAt, boolean isHeld) {
        ToLongFunction<String> alone = user -> shownAt < 0 ? Long.MIN_VALUE : shownAt;
        HolderSet third = HolderSet.first(Set.of("a", "b"), times(10))
                .followedBy(Set.of("a"), times(20), 25, alone)
                .followedBy(Set.of("a"), times(30), 35, alone);

        assertThat(third.holds("b")).isEqualTo(isHeld);
        assertThat(third.missingSince("b")).isEqualTo(isHeld ? 35 : ReadTimes.NO_LOSSES);
        assertThat(third.followedBy(Set.of("a"), times(40), 45, alone).holds("b"))
                .as("without another read alone")
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({"-1, false", "15, false", "25, false", "26, true"})
    void holdersWhenAllAreGoneThenThoseShownAloneSinceThatWasNoticedAreHeld(int shownAt, boolean isHeld) {
        HolderSet emptied = HolderSet.first(Set.of("a", "b"), times(10))
                .emptied(times(80).confirming(25), user -> user.equals("b") && shownAt >= 0 ? shownAt : Long.MIN_VALUE);

        assertThat(emptied.holds("a")).isFalse();
        assertThat(emptied.holds("b")).isEqualTo(isHeld);
        assertThat(emptied.readAt("b")).isEqualTo(isHeld ? shownAt : 80);
        assertThat(emptied.lossOf("a")).extracting(Changes.Loss::noticed).isEqualTo(25L);
    }

    // Ages

    @Test
    void ageingWhenKeysDifferThenTheyAgeAtDifferentTimes() {
        Freshness wanted = new Freshness(100 * SECOND, 70 * SECOND, 0, false, Waiting.IF_NECESSARY);
        Set<Long> times = new HashSet<>();
        for (int seed = 0; seed < 100; seed++) {
            times.add(wanted.ageingBefore(seed));
        }

        assertThat(times).hasSizeGreaterThan(90);
        assertThat(times).allMatch(time -> time >= 74 * SECOND && time <= 78 * SECOND);
        assertThat(times).allMatch(time -> time <= wanted.surelyFreshFrom());
    }

    @ParameterizedTest
    @CsvSource({
        // read at, certainly changed, possibly changed, optional, state
        "90, -1, -1, false, FRESH",
        "72, -1, -1, false, AGEING",
        "60, -1, -1, false, STALE",
        "90, -1, 95, false, STALE",
        "90, 95, -1, false, INVALIDATED",
        "10, 95, -1, false, EXPIRED",
        "10, -1, -1, false, EXPIRED",
        "10, -1, -1, true,  STALE"
    })
    void stateThenByAgeAndReports(int readAt, int certain, int possible, boolean optional, Part.State state) {
        Freshness wanted = new Freshness(100 * SECOND, 70 * SECOND, 20 * SECOND, false, Waiting.IF_NECESSARY);
        Part part = new Part(ROLES, readAt * SECOND, certain * SECOND, possible * SECOND, optional);

        assertThat(part.state(wanted)).isEqualTo(state);
    }

    // Changes

    @Test
    void changesWhenAnElementComesBackBeforeAnyPictureLackedItThenNeverLost() {
        ReadTimes loss = new ReadTimes(20, 21, 15);
        Changes lost = Changes.NONE.followedBy(Set.of("a", "b"), Set.of("a"), 5, 10, loss);
        Changes back = lost.followedBy(Set.of("a"), Set.of("a", "b"), 5, 12, times(30));

        assertThat(lost.losses().get("b").bindsIn(15)).isFalse();
        assertThat(lost.losses().get("b").bindsIn(16)).isTrue();
        assertThat(back.gain("b", 5)).isEqualTo(Changes.Gain.atFirst(5));
    }

    @Test
    void changesWhenAnElementComesBackAfterAPictureLackedItThenGained() {
        Changes lost = Changes.NONE.followedBy(Set.of("a", "b"), Set.of("a"), 5, 10, new ReadTimes(20, 21, 15));
        Changes back = lost.followedBy(Set.of("a"), Set.of("a", "b"), 5, 20, times(30));

        assertThat(back.gain("b", 5)).isEqualTo(new Changes.Gain(20, 31));
    }

    private static ReadTimes times(long readAt) {
        return new ReadTimes(readAt, readAt + 1, ReadTimes.NO_LOSSES);
    }

    private static MembershipKey member(String user) {
        return new MembershipKey(Subject.Type.USER, user, "acme");
    }

    private static GrantsKey grants(String user) {
        return new GrantsKey(Subject.Type.USER, user);
    }
}
