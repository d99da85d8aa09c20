package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.ProviderTraits;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A provider that may answer with the old state for ten seconds after a change. */
class ProviderDelayTests {

    private static final int DELAY = 10;
    private static final Scopes READ = Scopes.of("read");
    private static final Scopes BOTH = Scopes.of("read", "write");
    private static final int PAST_MAX_AGE = 31;

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final TestDirectory directory = new LaggingDirectory();
    private final StepExecutor executor = new StepExecutor();
    private final PermissionCache cache = new PermissionCache(
            "Test", directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor, new Sweeps());

    ProviderDelayTests() {
        directory
                .role("viewer", "read")
                .role("editor", "read", "write")
                .member("acme", "alice", "editor")
                .member("acme", "bob", "viewer");
    }

    /** A delayed page shows a member without the role that was just assigned. */
    @Test
    void getWhenOneLookLacksARoleThenNotLost() {
        get("alice");
        clock.advanceSeconds(PAST_MAX_AGE);
        directory.member("acme", "alice", "viewer");
        assertThat(get("alice")).isEqualTo(BOTH);
        directory.member("acme", "alice", "editor");

        for (int second = 0; second < 60; second++) {
            clock.advanceSeconds(1);
            assertThat(get("alice")).as("after %d s", second).isEqualTo(BOTH);
        }
    }

    @Test
    void getWhenARoleIsTakenThenBelievedAfterTheDelayAndNotBefore() {
        get("alice");
        directory.member("acme", "alice", "viewer");
        clock.advanceSeconds(PAST_MAX_AGE);

        assertThat(secondsUntilLost("alice")).isBetween(DELAY, DELAY + 2);
    }

    /** The pending read of one loss is not a confirming read for another. */
    @Test
    void getWhenAnotherScopeIsLostMeanwhileThenItWaitsForItsOwnDelay() {
        directory.role("admin", "delete").member("acme", "alice", "editor", "admin");
        get("alice");
        directory.member("acme", "alice", "editor");
        clock.advanceSeconds(PAST_MAX_AGE);
        assertThat(get("alice")).isEqualTo(BOTH.or(Scopes.of("delete")));
        clock.advanceSeconds(DELAY + 1);
        directory.member("acme", "alice", "viewer");

        assertThat(get("alice")).isEqualTo(BOTH);
    }

    @Test
    void getWhenManyLoseARoleThenPagesAreTheConfirmingRead() {
        directory.members("acme", 400, "editor");
        for (int i = 0; i < 400; i++) {
            get("user-" + i);
        }
        directory.members("acme", 400, "viewer");
        clock.advanceSeconds(PAST_MAX_AGE);
        directory.forgetCalls();
        for (int second = 0; second < 45; second++) {
            for (int i = second % 10; i < 400; i += 10) {
                get("user-" + i);
            }
            clock.advanceSeconds(1);
        }

        for (int i = 0; i < 400; i++) {
            assertThat(get("user-" + i)).as("user %d", i).isEqualTo(READ);
        }
        assertThat(directory.calls()).isLessThan(100);
    }

    @Test
    void getWhenAMemberLeavesThenBelievedAfterTheDelay() {
        get("alice");
        directory.leave("acme", "alice");
        clock.advanceSeconds(PAST_MAX_AGE);
        assertThat(live("alice").standing()).isEqualTo(Standing.ACTIVE);
        clock.advanceSeconds(DELAY + 1);

        assertThat(live("alice").standing()).isEqualTo(Standing.NOT_A_MEMBER);
    }

    /** It binds in a picture if all its facts were read after the confirming read. */
    @Test
    void getWhenARoleLosesAScopeThenBelievedAfterTheDelay() {
        get("alice");
        directory.role("editor", "read");
        clock.advanceSeconds(PAST_MAX_AGE);

        assertThat(secondsUntilLost("alice")).isBetween(DELAY, DELAY + PAST_MAX_AGE + 1);
    }

    /** The first read after a report may show the old state, so the report counts again after the delay. */
    @Test
    void applyWhenTheAnswerIsStillOldThenReadAgainAfterTheDelay() {
        get("alice");
        clock.advanceSeconds(1);
        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));
        assertThat(get("alice")).isEqualTo(BOTH);
        directory.member("acme", "alice", "viewer");
        clock.advanceSeconds(DELAY - 2);
        assertThat(get("alice")).isEqualTo(BOTH);
        clock.advanceSeconds(2);

        assertThat(get("alice")).isEqualTo(READ);
    }

    /** The later report does not replace the second time at which the earlier one counts. */
    @ParameterizedTest
    @ValueSource(strings = {"alice", "bob"})
    void applyWhenAnotherReportFollowsThenTheFirstCountsAgainAfterItsOwnDelay(String other) {
        get("alice");
        clock.advanceSeconds(1);
        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));
        clock.advance(Duration.ofMillis(8_900));
        cache.apply(new PermissionChange.OfMember(user(other), "acme"));
        clock.advance(Duration.ofMillis(100));
        assertThat(get("alice")).isEqualTo(BOTH);
        directory.member("acme", "alice", "viewer");
        clock.advance(Duration.ofMillis(900));
        assertThat(get("alice")).isEqualTo(BOTH);
        clock.advance(Duration.ofMillis(200));

        assertThat(get("alice")).isEqualTo(READ);
    }

    @Test
    void applyWhenReportsOfRolesFollowEachOtherThenTheFirstCountsAgainAfterItsOwnDelay() {
        get("alice");
        clock.advanceSeconds(1);
        cache.apply(new PermissionChange.OfRoles());
        clock.advanceSeconds(9);
        cache.apply(new PermissionChange.OfRoles());
        get("alice");
        directory.forgetCalls();
        clock.advance(Duration.ofMillis(900));
        get("alice");
        assertThat(directory.calls("roles")).isZero();
        clock.advance(Duration.ofMillis(200));

        get("alice");
        assertThat(directory.calls("roles")).isEqualTo(1);
    }

    /** Each of many reports counts again, and reads stay few. */
    @Test
    void applyWhenReportsNeverEndThenReadAgainOncePerSecondAtMost() {
        get("alice");
        clock.advanceSeconds(1);
        directory.forgetCalls();
        for (int i = 0; i < 1_000; i++) {
            cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));
            clock.advance(Duration.ofMillis(100));
        }
        get("alice");
        directory.forgetCalls();
        for (int i = 0; i < 3 * DELAY * 10; i++) {
            clock.advance(Duration.ofMillis(100));
            get("alice");
        }

        // One read for each second of reports, and the usual ones because of age.
        assertThat(directory.calls("membership")).isBetween(DELAY - 1L, DELAY + 3L);
    }

    @Test
    void applyWhenTheLossIsReportedThenBelievedAtOnce() {
        get("alice");
        directory.member("acme", "alice", "viewer");
        clock.advanceSeconds(1);
        cache.apply(new PermissionChange.OfMember(user("alice"), "acme"));

        assertThat(get("alice")).isEqualTo(READ);
    }

    /** There is no fresher answer than the doubted one. */
    @Test
    void individualWhenALossIsPendingThenUnavailable() {
        get("alice");
        directory.member("acme", "alice", "viewer");
        clock.advanceSeconds(2);

        assertThatExceptionOfType(PermissionsUnavailableException.class)
                .isThrownBy(() -> cache.get(key("alice"), Freshness.within(Duration.ZERO, steady.nanos()), BOTH));
    }

    private int secondsUntilLost(String user) {
        for (int second = 0; second < 60; second++) {
            if (!get(user).equals(BOTH)) {
                return second;
            }
            clock.advanceSeconds(1);
        }
        return Integer.MAX_VALUE;
    }

    private Scopes get(String user) {
        return live(user).granted();
    }

    private LivePermissions live(String user) {
        executor.runAll();
        return cache.get(key(user), fresh(), Scopes.none());
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

    private static final class LaggingDirectory extends TestDirectory {

        @Override
        public ProviderTraits traits() {
            ProviderTraits usual = TRAITS;
            return new ProviderTraits(
                    usual.pageSize(),
                    true,
                    false,
                    usual.confirmationCalls(),
                    usual.youngTokens(),
                    usual.globalGrantsCount(),
                    usual.leakingKinds(),
                    Map.of(),
                    Duration.ofSeconds(DELAY));
        }
    }
}
