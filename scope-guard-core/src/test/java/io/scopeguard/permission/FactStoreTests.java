package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.fact.FactKey.AccountKey;
import io.scopeguard.permission.fact.FactKey.MembershipKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.Holding;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.Grants;
import io.scopeguard.provider.Membership;
import io.scopeguard.provider.Standing;
import io.scopeguard.provider.Subject;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FactStoreTests {

    private static final MembershipKey ALICE = new MembershipKey(Subject.Type.USER, "alice", "acme");

    private final MovableClock clock = MovableClock.atNoon();
    private final Sequence sequence = new Sequence(clock.steady());
    private final FactStore store = new FactStore(
            100,
            Duration.ofHours(1),
            Duration.ofMinutes(5),
            key -> DefinitionsKey.ORGANIZATION_ROLES,
            sequence,
            FactExchange.NONE);

    @Test
    void putWhenAFirstLookTakesSomethingAwayThenIgnored() {
        store.put(ALICE, holding("a", "b"), times());

        assertThat(store.put(ALICE, holding("a"), times())).isFalse();
        assertThat(roles()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void putWhenAConfirmingReadTakesSomethingAwayThenTakenIn() {
        store.put(ALICE, holding("a", "b"), times());

        assertThat(store.put(ALICE, holding("a"), times().confirming(sequence.next())))
                .isTrue();
        assertThat(roles()).containsExactly("a");
    }

    @Test
    void putWhenAnOlderReadArrivesLaterThenIgnored() {
        store.put(ALICE, holding("a"), times());
        ReadTimes older = times();
        store.put(ALICE, holding("a", "b"), times());
        store.put(ALICE, holding("a"), times().confirming(sequence.next()));

        assertThat(store.put(ALICE, holding("a", "b"), older)).isFalse();
        assertThat(roles()).containsExactly("a");
    }

    @Test
    void putWhenAFactIsEvictedThenItsLossIsKept() {
        store.put(ALICE, holding("a", "b"), times());
        store.put(ALICE, holding("a"), times().confirming(sequence.next()));
        clock.advance(Duration.ofHours(2));
        for (int i = 0; i < 1_000; i++) {
            store.put(new MembershipKey(Subject.Type.USER, "user-" + i, "acme"), holding("a"), times());
        }

        assertThat(roles()).containsExactly("a");
    }

    @Test
    void putWhenSuspendedInOnePlaceThenInactiveEverywhereUntilSeenActive() {
        MembershipKey elsewhere = new MembershipKey(Subject.Type.USER, "alice", "globex");
        store.put(ALICE, Holding.of(Standing.SUSPENDED), times().confirming(sequence.next()));
        assertThat(store.inactive(elsewhere)).isNotNull();

        store.put(elsewhere, holding("a"), times());
        assertThat(store.inactive(ALICE)).isNull();
        assertThat(store.peek(new AccountKey(Subject.Type.USER, "alice")).standing())
                .isEqualTo(Standing.ACTIVE);
    }

    @Test
    void putUnrequestedWhenAPageTakesSomethingAwayThenTheNewerPageCounts() {
        store.putUnrequested(ALICE, holding("a", "b"), times());
        ReadTimes newer = times();

        store.putUnrequested(ALICE, holding("a"), newer);

        assertThat(roles()).containsExactly("a");
        assertThat(store.peek(ALICE).readAt()).isEqualTo(newer.readAt());
        assertThat(store.peek(ALICE).isUnused()).isTrue();
    }

    @Test
    void putUnrequestedWhenTheFactIsInUseThenALossIsNotBelieved() {
        store.put(ALICE, holding("a", "b"), times());

        store.putUnrequested(ALICE, holding("a"), times());

        assertThat(roles()).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void dropUnusedWhenTheFactIsInUseThenKept() {
        MembershipKey bob = new MembershipKey(Subject.Type.USER, "bob", "acme");
        store.putUnrequested(ALICE, holding("a"), times());
        store.put(bob, holding("a"), times());

        store.dropUnused(ALICE, times());
        store.dropUnused(bob, times());

        assertThat(store.peek(ALICE)).isNull();
        assertThat(store.peek(bob)).isNotNull();
    }

    @Test
    void useWhenManyCountInOnePeriodThenOnce() {
        store.put(ALICE, holding("a"), times());
        SubjectFact fact = store.peek(ALICE);

        assertThat(fact.markUsed((byte) 1)).isTrue();
        assertThat(fact.markUsed((byte) 1)).isFalse();
        assertThat(fact.markUsed((byte) 2)).isTrue();
    }

    private Set<String> roles() {
        return store.peek(ALICE).holding().roles();
    }

    private ReadTimes times() {
        clock.advanceSeconds(1);
        return new ReadTimes(sequence.next(), sequence.next(), ReadTimes.NO_LOSSES);
    }

    private static Holding holding(String... roles) {
        return Holding.of(Membership.of(Grants.ofRoles(Set.of(roles))));
    }
}
