package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sweeps over the holders of global roles, and users about whom they say less than single reads. */
class HolderSweepTests {

    private static final Scopes AUDIT = Scopes.of("audit");
    private static final Scopes PAY = Scopes.of("pay");

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final TestDirectory directory = new TestDirectory().globalRole("auditor", "audit");
    private final StepExecutor executor = new StepExecutor();
    private final PermissionCache cache =
            new PermissionCache(directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor);

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

    private void sweep(int times) {
        for (int i = 0; i < times; i++) {
            clock.advanceSeconds(29);
            askForAll();
        }
        directory.forgetCalls();
    }

    private void askForAll() {
        for (int i = 0; i < 250; i++) {
            get("user-" + i, i < 150 ? AUDIT : Scopes.none());
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
