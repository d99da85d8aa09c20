package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** There are so many organizations that what is known about the pages of one of them is dropped. */
class ForgottenSweepTests {

    private static final Scopes READ = Scopes.of("read");
    private static final int MEMBERS = 250;

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final TestDirectory directory = new TestDirectory().role("viewer", "read");
    private final StepExecutor executor = new StepExecutor();
    private final ForgettingSweeps sweeps = new ForgettingSweeps();
    private final PermissionCache cache =
            new PermissionCache("Test", directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor, sweeps);

    @BeforeEach
    void sweepTwice() {
        directory.members("acme", MEMBERS, "viewer");
        sweep(29);
        sweep(29);
        directory.forgetCalls();
    }

    @Test
    void sweepWhenForgottenBeforeAMemberLeavesThenTheLossIsBelieved() {
        sweeps.forget();
        directory.leave("acme", "user-3");
        sweep(29);
        sweep(3);

        assertThat(cache.lastSeen(key("user-3"), READ).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        assertThatAllOthersRead();
    }

    @Test
    void sweepWhenForgottenAfterAnAbsenceWasNoticedThenTheLossIsBelieved() {
        for (int i = 0; i < 20; i++) {
            directory.leave("acme", "user-" + i);
        }
        sweep(29);
        sweeps.forget();
        sweep(29);
        sweep(3);

        for (int i = 0; i < 20; i++) {
            assertThat(cache.lastSeen(key("user-" + i), READ).standing()).isEqualTo(Standing.NOT_A_MEMBER);
        }
        assertThat(get("user-20").granted()).isEqualTo(READ);
    }

    @Test
    void sweepWhenForgottenDuringAPassThenTheNextOneReadsEverybody() {
        directory.meanwhile("members", sweeps::forget);
        sweep(29);
        long next = steady.nanos();
        sweep(31);
        sweep(0);

        assertThatAllOthersRead();
        for (int i = 0; i < MEMBERS; i++) {
            assertThat(cache.lastSeen(key("user-" + i), READ).readAt()).isGreaterThan(next);
        }
    }

    @Test
    void getWhenForgottenWhileARequestWaitsForAPageThenAnswered() {
        clock.advance(Duration.ofMinutes(10));
        directory.meanwhile("members", sweeps::forget);

        for (int i = 0; i < MEMBERS; i++) {
            assertThat(get("user-" + i).granted()).isEqualTo(READ);
        }
        assertThat(directory.calls("members")).isPositive();
    }

    private void sweep(int seconds) {
        clock.advanceSeconds(seconds);
        executor.busy(true);
        for (int i = 0; i < MEMBERS; i++) {
            get("user-" + i);
        }
        executor.runAll();
    }

    private void assertThatAllOthersRead() {
        for (int i = 4; i < MEMBERS; i++) {
            assertThat(get("user-" + i).granted()).as("user-%d", i).isEqualTo(READ);
        }
    }

    private LivePermissions get(String user) {
        Freshness fresh = Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
        return cache.get(key(user), fresh, READ);
    }

    private static PermissionKey key(String user) {
        return new PermissionKey(new Subject(Subject.Type.USER, user), "acme", Audience.ORGANIZATION);
    }
}
