package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The order of background reads. */
class BackgroundOrderTests {

    private static final Scopes READ = Scopes.of("read");

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final TestDirectory directory = new TestDirectory().role("viewer", "read");
    private final StepExecutor executor = new StepExecutor();
    private final PermissionCache cache =
            new PermissionCache(directory, steady, CacheSettings.DEFAULT, FactExchange.NONE, executor);

    /** Nobody waits for the facts of an open stream, but after a report they are read before facts that are only old. */
    @Test
    void refreshWhenAChangeIsReportedThenItsFactIsReadFirst() {
        for (int i = 0; i < 5; i++) {
            directory.member("organization-" + i, "user-" + i, "viewer");
            cache.get(key(i), fresh(), READ);
        }
        clock.advanceSeconds(40);
        directory.member("organization-5", "user-5", "viewer");
        cache.get(key(5), fresh(), READ);
        executor.runAll();
        clock.advanceSeconds(20);
        for (int i = 0; i < 5; i++) {
            cache.refresh(key(i), fresh());
        }
        directory.member("organization-5", "user-5");
        cache.apply(new PermissionChange.OfMember(user(5), "organization-5"));

        cache.refresh(key(5), fresh());
        executor.run(1);

        long readAt = cache.lastSeen(key(5), READ).readAt();
        assertThat(steady.nanos() - readAt).isLessThan(Duration.ofSeconds(1).toNanos());
    }

    private Freshness fresh() {
        return Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
    }

    private static PermissionKey key(int number) {
        return new PermissionKey(user(number), "organization-" + number, Audience.ORGANIZATION);
    }

    private static Subject user(int number) {
        return new Subject(Subject.Type.USER, "user-" + number);
    }
}
