package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The use of facts outside of organizations is marked once per period, and is not lost by that. */
class UseMarksTests {

    private static final Scopes AUDIT = Scopes.of("audit");
    private static final int USERS = 12;
    private static final Duration IDLE = Duration.ofMinutes(10);

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final TestDirectory directory = new TestDirectory().globalRole("auditor", "audit");
    private final StepExecutor executor = new StepExecutor();
    private final Sweeps sweeps = new Sweeps();
    private final CacheSettings usual = CacheSettings.DEFAULT;
    private final PermissionCache cache = new PermissionCache(
            "Test",
            directory,
            steady,
            new CacheSettings(usual.maxAge(), usual.maxStale(), usual.maxWait(), usual.maxEntries(), IDLE),
            FactExchange.NONE,
            executor,
            sweeps);

    @BeforeEach
    void holders() {
        directory.withoutLists();
        for (int i = 0; i < USERS; i++) {
            directory.holds("user-" + i, "auditor");
        }
    }

    @ParameterizedTest
    @EnumSource
    void factsWhenUsedAgainAndAgainThenNotDroppedAsIdle(Subject.Type type) {
        Subject subject = new Subject(type, "user-0");
        LivePermissions last = get(subject, null);
        directory.forgetCalls();

        for (int i = 0; i < 6; i++) {
            clock.advance(IDLE.dividedBy(2));
            last = get(subject, last);
        }

        assertThat(last.granted()).isEqualTo(AUDIT);
        assertThat(directory.calls()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void factsWhenNotUsedThenDroppedAsIdle(Subject.Type type) {
        Subject subject = new Subject(type, "user-0");
        LivePermissions last = get(subject, null);
        directory.forgetCalls();
        clock.advance(IDLE.plusSeconds(1));

        assertThat(get(subject, last).granted()).isEqualTo(AUDIT);
        assertThat(directory.calls()).isPositive();
    }

    @Test
    void usersWhenTheyAskInSeveralPeriodsThenEachCountsOncePerPeriod() {
        Map<String, LivePermissions> known = new HashMap<>();
        askForAll(known);
        assertThat(counted()).isEqualTo(USERS);

        clock.advance(usual.maxAge());
        get(user(0), known.get("user-0"));
        assertThat(counted()).as("with the period before").isEqualTo(USERS);

        clock.advance(usual.maxAge());
        get(user(0), known.get("user-0"));
        get(user(0), known.get("user-0"));
        assertThat(counted()).isEqualTo(1);

        askForAll(known);
        assertThat(counted()).isEqualTo(USERS);
    }

    private void askForAll(Map<String, LivePermissions> known) {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < USERS; i++) {
                known.put("user-" + i, get(user(i), known.get("user-" + i)));
            }
        }
    }

    /** The number of users in the present period or the one before: a sweep pays off if it takes fewer calls. */
    private int counted() {
        int calls = 1;
        while (calls <= 2 * USERS && sweeps.holders().isCheaper(roles(calls - 1), 100)) {
            calls++;
        }
        return calls;
    }

    /** That many roles whose scopes have to be read, in addition to the list. */
    private static RoleSet roles(int count) {
        Map<String, RoleDefinition> list = new HashMap<>();
        for (int i = 0; i < count; i++) {
            list.put("role-" + i, new RoleDefinition(Set.of("role-" + i), null, 1, null));
        }
        ReadTimes times = new ReadTimes(1, 2, ReadTimes.NO_LOSSES);
        return RoleSet.UNREAD.with(RoleSet.UNREAD.table().withList(list, list, Long.MIN_VALUE, times), 1, false);
    }

    private static Subject user(int i) {
        return new Subject(Subject.Type.USER, "user-" + i);
    }

    /** Facts of any age suffice, so that only dropped ones are read again. */
    private LivePermissions get(Subject subject, LivePermissions last) {
        PermissionKey key = new PermissionKey(subject, null, TestDirectory.API);
        Freshness anyAge = Freshness.of(Duration.ofHours(12), Duration.ofHours(24), steady.nanos());
        return cache.get(key, anyAge, AUDIT, last);
    }
}
