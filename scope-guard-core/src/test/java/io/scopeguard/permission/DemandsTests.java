package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.fact.FactKey;
import io.scopeguard.permission.fact.FactKey.AccountKey;
import io.scopeguard.permission.fact.FactKey.GrantsKey;
import io.scopeguard.permission.fact.FactKey.HoldersKey;
import io.scopeguard.permission.fact.FactKey.MembersKey;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactKey.RolesKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.flight.SingleFlight;
import io.scopeguard.permission.read.FactReader;
import io.scopeguard.permission.read.Invalidations;
import io.scopeguard.permission.read.LossJudge;
import io.scopeguard.permission.read.QuarantineLog;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Priority;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The decisions about due reads, each on its own: which change may concern a fact, whether a read is short, whether a sweep
 * contradicts a single read, and whether a request waits although a stale answer would suffice.
 */
class DemandsTests {

    private static final Duration MAX_AGE = Duration.ofSeconds(30);
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final GrantsKey ALICE = new GrantsKey(Subject.Type.USER, "alice");

    private final MovableClock clock = MovableClock.atNoon();
    private final Sequence sequence = new Sequence(clock.steady());
    private final TestDirectory directory = new TestDirectory();
    private final FactStore store = new FactStore(
            100_000,
            Duration.ofHours(1),
            Duration.ofMinutes(5),
            key -> DefinitionsKey.ORGANIZATION_ROLES,
            sequence,
            FactExchange.NONE);
    private final Sweeps sweeps = new Sweeps();
    private final Invalidations invalidations = new Invalidations(sequence, Duration.ofHours(1), Duration.ZERO);
    private final LossJudge judge = new LossJudge(invalidations, Duration.ZERO, new QuarantineLog("The provider"));
    private final StepExecutor executor = new StepExecutor();
    private final SingleFlight<FactKey> flights =
            new SingleFlight<>(executor, sequence, new FactReader(directory, store, sequence, judge, sweeps, MAX_AGE));
    private final Parts parts = new Parts(directory, invalidations, sequence, MAX_AGE);
    private final Demands demands = new Demands(directory, store, sweeps, parts, judge, flights, sequence);
    private final Refresher refresher = new Refresher(
            new Pictures(directory, store, sweeps), parts, demands, executor, sequence, Duration.ofSeconds(2));

    // Losses that definitions may explain

    @ParameterizedTest
    @CsvSource({
        // the definitions were last read for a loss at this second, later losses were noticed at, possibly changed at
        ",   ,       ",
        ",   99,     99",
        ",   97 99,  99",
        ",   99 97,  99",
        "50, ,       ",
        "50, 99,     99",
        // A read for losses serves five seconds' worth of them.
        "94, 99,     99",
        "95, 99,     99",
        "96, 99,     ",
        "96, 97 99,  "
    })
    void possiblyChangedAtWhenLossesWereNoticedThenTheLatestUnlessJustRead(
            @Nullable Long rechecked, @Nullable String noticed, @Nullable Long changed) {
        RoleSet roles = read(RoleSet.UNREAD, 1);
        roles = rechecked == null ? roles : read(lost(roles, "2"), rechecked);
        roles = noticed == null ? roles : lost(roles, noticed.split(" "));
        clock.advanceSeconds(100);

        assertThat(parts.possiblyChangedAt(roles)).isEqualTo(changed == null ? Long.MIN_VALUE : changed * SECOND);
    }

    /** Another request found the role gone, and the loss does not matter any more. */
    @Test
    void requestWhenDefinitionsWereReadSinceTheCallerSawThemThenItLooksAtThemFirst() {
        directory.role("viewer", "read");
        RolesKey list = new RolesKey(DefinitionsKey.ORGANIZATION_ROLES);
        readNow(list);
        long noticed = sequence.next();

        requestNow(part(list, 0), noticed);
        assertThat(directory.calls("roles")).isEqualTo(1);
        requestNow(new Part(list, store.roles(list.set()).readAt(), Long.MIN_VALUE, Long.MIN_VALUE, false), noticed);
        assertThat(directory.calls("roles")).isEqualTo(2);
    }

    private void requestNow(Part part, long after) {
        CompletableFuture<Void> read = demands.request(part, after, Priority.FOREGROUND);
        executor.runAll();
        assertThat(read).isCompleted();
    }

    private static RoleSet read(RoleSet roles, long second) {
        RoleDefinition granting = RoleDefinition.of(Map.of(TestDirectory.API, Scopes.of("read")));
        Map<String, RoleDefinition> list = Map.of("role-0", granting, "role-1", granting);
        ReadTimes times = new ReadTimes(second * SECOND, second * SECOND + 1, ReadTimes.NO_LOSSES);
        return roles.with(roles.table().withList(list, list, roles.readAt(), times), times.readAt(), true);
    }

    /** Losses of different roles. */
    private static RoleSet lost(RoleSet roles, String... seconds) {
        RoleSet after = roles;
        for (int i = 0; i < seconds.length; i++) {
            after = after.lossNoticed(List.of("role-" + i), Long.parseLong(seconds[i]) * SECOND);
        }
        return after;
    }

    // Short reads

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", "200, true", "201, false"})
    void isShortWhenRolesAreListedThenUpToTwoPages(int roles, boolean isShort) {
        for (int i = 0; i < roles; i++) {
            directory.role("role-" + i, "read");
        }
        readNow(new RolesKey(DefinitionsKey.ORGANIZATION_ROLES));

        assertThat(demands.isShort(part(new RolesKey(DefinitionsKey.ORGANIZATION_ROLES), 0)))
                .isEqualTo(isShort);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "200, true", "201, false"})
    void isShortWhenAMemberIsReadThenInOrganizationsOfUpToTwoPages(int members, boolean isShort) {
        directory.members("acme", members, "viewer");
        readNow(new MembersKey("acme"));

        assertThat(demands.isShort(part(member("acme"), 0))).isEqualTo(isShort);
        assertThat(demands.isShort(part(member("another"), 0))).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        // sweeps in a row during which holders kept changing, short
        "0, true",
        "1, true",
        "2, false"
    })
    void isShortWhenGlobalRolesAreReadThenUnlessHoldersKeepChanging(int unsteadySweeps, boolean isShort) {
        globalRole(5);
        directory.pages(2);
        changeHoldersAfterEachPage(0);
        for (int i = 0; i < unsteadySweeps; i++) {
            readNow(HoldersKey.ALL);
        }

        assertThat(demands.isShort(part(ALICE, 0))).isEqualTo(isShort);
    }

    private void changeHoldersAfterEachPage(int number) {
        directory.meanwhile("holders", () -> {
            directory.holds("late-" + number, "auditor");
            changeHoldersAfterEachPage(number + 1);
        });
    }

    @Test
    void isShortWhenAnAccountIsReadThenAlways() {
        assertThat(demands.isShort(part(new AccountKey(Subject.Type.USER, "alice"), 0)))
                .isTrue();
    }

    // Sweeps that lack what a single read showed

    @ParameterizedTest
    @CsvSource({
        // the reads in this order, as seen: h(eld) or l(acked), alone or by sweep; contradicted
        "l-sweep,                           false",
        "h-alone,                           false",
        "h-alone h-sweep,                   false",
        "l-alone l-sweep,                   false",
        "l-alone h-sweep,                   false",
        "h-alone l-sweep,                   true",
        // The single read is newer.
        "l-sweep h-alone,                   false",
        "l-sweep h-alone l-sweep,           true",
        // Two sweeps agree on the loss.
        "h-alone h-sweep l-sweep,           false",
        "h-alone h-sweep l-sweep l-sweep,   false",
        // The single read shows the role again, after the loss.
        "h-sweep l-sweep l-sweep h-alone,   false",
        "h-sweep l-sweep l-sweep h-alone l-sweep, true"
    })
    void isContradictedWhenANewerSweepLacksARoleThatTheSingleReadShowed(String reads, boolean isContradicted) {
        globalRole(5);
        for (String read : reads.split(" ")) {
            clock.advanceSeconds(60);
            directory.holds("alice", read.startsWith("h") ? new String[] {"auditor"} : new String[0]);
            readNow(read.endsWith("alone") ? ALICE : HoldersKey.ALL);
        }

        assertThat(demands.isContradicted(sweeps.holders(), ALICE, store.roles(DefinitionsKey.GLOBAL_ROLES)))
                .isEqualTo(isContradicted);
    }

    // Requests for which a stale answer would suffice

    @ParameterizedTest
    @CsvSource({
        // seconds at which short facts were read, and long ones, the oldest fact in the background, waits; now: 100
        "99,     ,   ,   false",
        "72,     ,   ,   false",
        "60,     ,   ,   true",
        "60 99,  ,   ,   true",
        "60 80,  ,   ,   true",
        // A long read takes more calls now than in the background.
        "60,     60, ,   false",
        "60,     99, ,   true",
        ",       60, ,   false",
        // An older fact waits for its turn.
        "60,     ,   50, false",
        "60,     ,   65, true",
        "60 40,  ,   50, true",
        "40 60,  ,   50, true",
        "60 40,  ,   30, false"
    })
    void isWorthWaitingThenForShortReadsOfTheOldestFacts(
            @Nullable String shortReads, @Nullable String longReads, @Nullable Integer background, boolean isWaiting) {
        directory.members("acme", 201, "viewer");
        readNow(new MembersKey("acme"));
        if (background != null) {
            var unused = flights.request(
                    new AccountKey(Subject.Type.USER, "bob"), Long.MIN_VALUE, Priority.BACKGROUND, background * SECOND);
        }
        List<Part> all = new ArrayList<>();
        seconds(shortReads).forEach(readAt -> all.add(part(new AccountKey(Subject.Type.USER, "alice"), readAt)));
        seconds(longReads).forEach(readAt -> all.add(part(member("acme"), readAt)));

        assertThat(refresher.isWorthWaiting(all, Freshness.of(MAX_AGE, Duration.ofMinutes(5), 100 * SECOND)))
                .isEqualTo(isWaiting);
    }

    @Test
    void isWorthWaitingWhenNoThreadIsFreeThenNot() {
        executor.busy(true);
        List<Part> stale = List.of(part(new AccountKey(Subject.Type.USER, "alice"), 60));

        assertThat(refresher.isWorthWaiting(stale, Freshness.of(MAX_AGE, Duration.ofMinutes(5), 100 * SECOND)))
                .isFalse();
    }

    private static List<Long> seconds(@Nullable String values) {
        return values == null
                ? List.of()
                : List.of(values.split(" ")).stream().map(Long::valueOf).toList();
    }

    private void globalRole(int holders) {
        directory.globalRole("auditor", "audit");
        for (int i = 0; i < holders; i++) {
            directory.holds("holder-" + i, "auditor");
        }
        sweeps.holders().countUse("holder-0", TestDirectory.API, Set.of(), (byte) 1);
    }

    private void readNow(FactKey key) {
        CompletableFuture<Void> read = flights.request(key, sequence.next(), Priority.FOREGROUND, Long.MIN_VALUE);
        executor.runAll();
        assertThat(read).isCompleted();
    }

    private static MembershipKey member(String organization) {
        return new MembershipKey(Subject.Type.USER, "user-1", organization);
    }

    private static Part part(FactKey key, long second) {
        return new Part(key, TimeUnit.SECONDS.toNanos(second), Long.MIN_VALUE, Long.MIN_VALUE, false);
    }
}
