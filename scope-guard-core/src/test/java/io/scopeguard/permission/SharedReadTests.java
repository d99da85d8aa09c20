package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.fact.FactHistory;
import io.scopeguard.permission.read.Sweeps;
import io.scopeguard.provider.Answer;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Reads and histories that come from another process. */
class SharedReadTests {

    private static final Scopes READ = Scopes.of("read");
    private static final Scopes BOTH = Scopes.of("read", "write");
    private static final long MICROSECOND = TimeUnit.MICROSECONDS.toNanos(1);

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final SharingDirectory directory = new SharingDirectory();
    private final StepExecutor executor = new StepExecutor();
    private final Kept kept = new Kept();
    private final PermissionCache cache = cache();

    SharedReadTests() {
        clock.advanceSeconds(1000);
        directory.role("viewer", "read").role("editor", "read", "write").member("acme", "alice", "editor");
    }

    @Test
    void getWhenAnotherProcessReadThenDatedByThatRead() {
        directory.shared = new SharedAnswer("editor", ago(20), ago(19));

        assertThat(get(cache, BOTH).readAt()).isEqualTo(ago(20));
        assertThat(directory.calls("membership")).isZero();
    }

    @Test
    void getWhenTheOtherReadIsTooOldThenReadHere() {
        directory.shared = new SharedAnswer("editor", ago(400), ago(399));

        assertThat(get(cache, BOTH).readAt()).isGreaterThanOrEqualTo(steady.nanos());
        assertThat(directory.calls("membership")).isEqualTo(1);
    }

    @Test
    void getWhenAnotherProcessSawALossThenTheConfirmingReadIsALaterRead() {
        get(cache, BOTH);
        clock.advanceSeconds(40);
        directory.shared = new SharedAnswer("viewer", ago(3), ago(2));
        directory.member("acme", "alice", "viewer").forgetCalls();

        get(cache, BOTH);
        executor.runAll();
        get(cache, BOTH);
        executor.runAll();

        assertThat(directory.secondLooks).isEqualTo(1);
        assertThat(directory.calls("membership")).isEqualTo(1);
        assertThat(get(cache, READ).granted()).isEqualTo(READ);
    }

    @Test
    void getWhenAnotherProcessKeptTheHistoryThenHeldSinceIsItsTime() {
        long since = get(cache, BOTH).history().heldSince("write").orElseThrow();
        clock.advanceSeconds(100);

        assertThat(get(cache(), BOTH).history().heldSince("write")).hasValue(since);
    }

    @Test
    void getWhenATakenAnswerIsOlderThanTheKeptHistoryThenItProvesNoLoss() {
        long before = steady.nanos();
        PermissionHistory kept = promotion();
        clock.advanceSeconds(20);
        // The other process has seen the gain on a page.
        directory.shared = new SharedAnswer("viewer", before, before + 1);
        directory.secondLooks = 0;

        PermissionHistory taken = get(cache(), READ).history();

        assertThat(directory.secondLooks).isZero();
        assertThat(taken.heldSince("write")).isEqualTo(kept.heldSince("write"));
        assertThat(taken.unbrokenSince("write")).isEqualTo(kept.unbrokenSince("write"));
    }

    @Test
    void getWhenTheKeptTimesWereTranslatedThenTheSeriesIsNotBrokenLater() {
        PermissionHistory seen = promotion();
        kept.histories.replaceAll((fact, history) -> withBreakAt(history, history.brokenAt() + MICROSECOND));

        assertThat(later(cache(), 20).unbrokenSince("write")).isEqualTo(seen.unbrokenSince("write"));
    }

    /** What the cache knows when it has seen the viewer become an editor. */
    private PermissionHistory promotion() {
        directory.member("acme", "alice", "viewer");
        get(cache, READ);
        directory.member("acme", "alice", "editor");
        return later(cache, 40);
    }

    private static FactHistory withBreakAt(FactHistory history, long brokenAt) {
        return new FactHistory(
                history.standing(),
                history.roles(),
                history.readAt(),
                history.firstEnd(),
                brokenAt,
                history.gains(),
                history.losses(),
                history.isComplete());
    }

    @Test
    void getWhenAnotherProcessSawARoleComeEarlierThenHeldSinceAndTheSeriesAreItsOwn() {
        PermissionCache other = bothKnowTheViewer();
        directory.member("acme", "alice", "editor");
        PermissionHistory first = later(cache, 40);

        PermissionHistory second = later(other, 20);

        assertThat(second.heldSince("write")).isEqualTo(first.heldSince("write"));
        assertThat(second.unbrokenSince("write")).isEqualTo(first.unbrokenSince("write"));
        assertThat(second.isObserved("write")).isTrue();
    }

    @Test
    void getWhenAnotherProcessSawARoleGainAScopeEarlierThenHeldSinceIsItsTime() {
        PermissionCache other = bothKnowTheViewer();
        directory.role("viewer", "read", "write");
        PermissionHistory first = later(cache, 40);

        PermissionHistory second = later(other, 20);

        assertThat(second.heldSince("write")).isEqualTo(first.heldSince("write"));
        assertThat(second.isObserved("write")).isTrue();
    }

    @Test
    void getWhenTheRoleWasMissingHereSinceThenTheEarlierTimeOfAnotherProcessDoesNotCount() {
        PermissionCache other = bothKnowTheViewer();
        directory.member("acme", "alice", "editor");
        PermissionHistory first = later(cache, 40);
        directory.member("acme", "alice", "viewer");
        later(other, 20);
        directory.member("acme", "alice", "editor");

        PermissionHistory second = later(other, 40);

        assertThat(second.heldSince("write").orElseThrow())
                .isGreaterThan(first.heldSince("write").orElseThrow() + TimeUnit.SECONDS.toNanos(20));
    }

    /** Both caches have read twice that alice is a viewer. */
    private PermissionCache bothKnowTheViewer() {
        directory.member("acme", "alice", "viewer");
        PermissionCache other = cache();
        get(cache, READ);
        get(other, READ);
        later(cache, 40);
        later(other, 0);
        return other;
    }

    /** The permissions of a cache that reads again some time later. */
    private PermissionHistory later(PermissionCache reading, int seconds) {
        clock.advanceSeconds(seconds);
        get(reading, READ);
        executor.runAll();
        return get(reading, READ).history();
    }

    @Test
    void lastSeenWhenAnotherProcessBelievedALossThenItIsKnownDuringAnOutage() {
        get(cache, BOTH);
        directory.leave("acme", "alice");
        clock.advanceSeconds(40);
        get(cache, BOTH);
        executor.runAll();
        PermissionCache later = cache();
        directory.down(true);
        clock.advanceSeconds(400);

        assertThatExceptionOfType(PermissionsUnavailableException.class).isThrownBy(() -> get(later, BOTH));

        LivePermissions seen = later.lastSeen(key("alice"), BOTH);
        assertThat(seen).isNotNull();
        assertThat(seen.granted()).isEqualTo(Scopes.none());
    }

    @Test
    void historiesWhenTheStoreIsEmptyThenAllIsKeptAgainAndNothingElseIsAFirstLook() {
        get(cache, BOTH);
        Map<String, FactHistory> before = Map.copyOf(kept.histories);
        kept.histories.clear();
        directory.member("acme", "bob", "editor");

        cache.memoryLost();
        cache.histories().forEach(each -> kept.share(each.getKey(), each.getValue()));

        assertThat(kept.histories).isEqualTo(before);
        assertThat(cache.get(key("bob"), fresh(), BOTH).history().isComplete()).isFalse();
        assertThat(get(cache, BOTH).history().isComplete()).isTrue();
    }

    private PermissionCache cache() {
        return new PermissionCache("Test", directory, steady, CacheSettings.DEFAULT, kept, executor, new Sweeps());
    }

    private LivePermissions get(PermissionCache from, Scopes held) {
        return from.get(key("alice"), fresh(), held);
    }

    private static PermissionKey key(String user) {
        return new PermissionKey(new Subject(Subject.Type.USER, user), "acme", Audience.ORGANIZATION);
    }

    private Freshness fresh() {
        return Freshness.of(Duration.ofSeconds(30), Duration.ofMinutes(5), steady.nanos());
    }

    private long ago(long seconds) {
        return steady.nanos() - TimeUnit.SECONDS.toNanos(seconds);
    }

    private record SharedAnswer(String role, long begunAt, long endedAt) {}

    /** A directory with memberships that another process may have read. */
    private static final class SharingDirectory extends TestDirectory {

        private @Nullable SharedAnswer shared;
        private int secondLooks;

        @Override
        public Answer<Membership> membership(Subject subject, String organization, CallContext context) {
            secondLooks += context.isConfirming() ? 1 : 0;
            SharedAnswer answer = shared;
            return answer != null && context.takes(answer.begunAt, answer.endedAt)
                    ? Answer.explicit(Membership.of(Grants.ofRoles(Set.of(answer.role))))
                    : super.membership(subject, organization, context);
        }
    }

    /** A store that all caches of a test share. */
    private static final class Kept implements FactExchange {

        private final Map<String, FactHistory> histories = new HashMap<>();

        @Override
        public Map<String, FactHistory> recall(Collection<String> facts) {
            Map<String, FactHistory> found = new HashMap<>(histories);
            found.keySet().retainAll(facts);
            return found;
        }

        @Override
        public void share(String fact, FactHistory history) {
            histories.put(fact, history);
        }
    }
}
