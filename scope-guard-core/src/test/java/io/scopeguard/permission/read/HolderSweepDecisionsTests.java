package io.scopeguard.permission.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.Changes;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.permission.fact.FactKey.GrantsKey;
import io.scopeguard.permission.fact.FactStore;
import io.scopeguard.permission.fact.Holding;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.permission.fact.RoleTable;
import io.scopeguard.permission.fact.SubjectFact;
import io.scopeguard.provider.DefinitionsKey;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.provider.RoleScopes;
import io.scopeguard.provider.Subject;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.Sequence;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When the holders of global roles are read by role, and what a sweep proves about a user. Pages contain 100 holders. */
class HolderSweepDecisionsTests {

    private static final Audience API = Audience.resource("https://api.example.test");
    private static final String ROLE = "auditor";
    private static final int PAGE_SIZE = 100;

    private final HolderSweep sweep = new HolderSweep();
    private final FactStore store = new FactStore(
            100,
            Duration.ofHours(1),
            Duration.ofMinutes(5),
            key -> DefinitionsKey.GLOBAL_ROLES,
            new Sequence(MovableClock.atNoon().steady()),
            FactExchange.NONE);

    /** The only global role. */
    private enum Role {
        GRANTING,
        /** The list of roles names its holders. */
        GRANTING_TO_NAMED_USERS,
        SCOPES_UNREAD,
        GRANTING_NOTHING,
        /** It grants nothing, but handlers require it by name. */
        REQUIRED,
        UNDEFINED
    }

    // Whether a sweep is cheaper

    @ParameterizedTest
    @CsvSource({
        // the role, its number of holders, users in use, users for whom a request waits, cheaper
        "GRANTING, 100, 2, 0, false",
        "GRANTING, 100, 3, 0, true",
        "GRANTING, 100, 0, 2, false",
        "GRANTING, 100, 0, 3, true",
        "GRANTING, 100, 2, 2, false",
        "GRANTING, 101, 3, 0, false",
        "GRANTING, 101, 4, 0, true",
        // Without holders, the list of roles answers for everybody.
        "GRANTING, 0, 1, 0, false",
        "GRANTING, 0, 2, 0, true",
        // An unknown number counts as one page.
        "GRANTING, -1, 2, 0, false",
        "GRANTING, -1, 3, 0, true",
        "GRANTING_TO_NAMED_USERS, 3, 1, 0, false",
        "GRANTING_TO_NAMED_USERS, 3, 2, 0, true",
        "SCOPES_UNREAD, 900, 2, 0, false",
        "SCOPES_UNREAD, 900, 3, 0, true",
        "GRANTING_NOTHING, 900, 1, 0, false",
        "GRANTING_NOTHING, 900, 2, 0, true",
        "REQUIRED, 900, 10, 0, false",
        "REQUIRED, 900, 11, 0, true"
    })
    void isCheaperThenFewerCallsThanUsers(Role role, int holders, int used, int waiting, boolean isCheaper) {
        use(used, 1);
        await(waiting);

        assertThat(sweep.isCheaper(roles(role, holders), PAGE_SIZE)).isEqualTo(isCheaper);
    }

    @Test
    void isCheaperWhenThePeriodHasJustBegunThenTheUsersOfTheLastOneCount() {
        use(3, 1);
        use(1, 2);
        assertThat(sweep.isCheaper(roles(Role.GRANTING, 100), PAGE_SIZE)).isTrue();

        use(1, 3);
        assertThat(sweep.isCheaper(roles(Role.GRANTING, 100), PAGE_SIZE)).isFalse();
    }

    @Test
    void isCheaperWhenTheListOfRolesWasNeverReadThenUnknown() {
        use(1_000, 1);

        assertThat(sweep.isCheaper(RoleSet.UNREAD, PAGE_SIZE)).isFalse();
    }

    // Reported changes

    @ParameterizedTest
    @CsvSource({
        // holders, reports about different users, the last one is read alone
        "100, 1, false",
        "101, 1, true",
        "101, 3, true",
        "101, 4, false",
        "900, 10, true",
        "900, 11, false"
    })
    void isReadAloneThenUnlessASweepIsShortOrReportsAreMany(int holders, int reports, boolean isAlone) {
        RoleSet roles = roles(Role.GRANTING, holders);
        boolean last = !isAlone;
        for (int i = 0; i < reports; i++) {
            last = sweep.isReadAlone("user-" + i, roles, PAGE_SIZE, i);
        }

        assertThat(last).isEqualTo(isAlone);
    }

    // What a sweep proves about a role that a read of the user alone showed before

    @ParameterizedTest
    @CsvSource({
        // the role, the user holds it according to the sweep, lost it at this second (0: never), explained
        "GRANTING,         true,  0,  true",
        "GRANTING,         false, 0,  false",
        "GRANTING,         false, 15, true",
        // The user was read with the role after this loss.
        "GRANTING,         false, 5,  false",
        "SCOPES_UNREAD,    false, 0,  false",
        "REQUIRED,         false, 0,  false",
        "UNDEFINED,        false, 0,  false",
        // Its holders are not read.
        "GRANTING_NOTHING, false, 0,  true"
    })
    void explainsWhenTheUserWasReadAloneBeforeThenIfTheRoleIsHeldOrWasLostSince(
            Role role, boolean isHeld, int lostAt, boolean isExplained) {
        SubjectFact alone = alone(10);
        SubjectFact byRole = byRole(20, isHeld, lostAt);

        assertThat(sweep.explains(alone, byRole, roles(role, 5))).isEqualTo(isExplained);
    }

    private SubjectFact alone(int readAt) {
        GrantsKey key = new GrantsKey(Subject.Type.USER, "alice");
        store.put(key, Holding.ofRoles(Set.of(ROLE)), times(readAt));
        SubjectFact fact = store.peek(key);
        assertThat(fact).isNotNull();
        return fact;
    }

    private SubjectFact byRole(int readAt, boolean isHeld, int lostAt) {
        Changes.Loss loss = new Changes.Loss(Changes.Gain.atFirst(1), lostAt - 1, lostAt);
        Changes changes = lostAt == 0 ? Changes.NONE : new Changes(Map.of(), Map.of(ROLE, loss));
        return store.view(Holding.ofRoles(isHeld ? Set.of(ROLE) : Set.of()), times(readAt), changes);
    }

    private void use(int users, int period) {
        for (int i = 0; i < users; i++) {
            sweep.countUse("user-" + i, API, Set.of(), (byte) period);
        }
    }

    private void await(int users) {
        for (int i = 0; i < users; i++) {
            sweep.addWaiting("waiting-" + i);
        }
    }

    private RoleSet roles(Role role, int holders) {
        if (role == Role.REQUIRED) {
            sweep.countUse("user-0", API, Set.of(ROLE), (byte) 1);
        }
        Set<String> ids = role == Role.GRANTING_TO_NAMED_USERS ? Set.of("a", "b", "c") : null;
        Map<String, RoleDefinition> list =
                role == Role.UNDEFINED ? Map.of() : Map.of(ROLE, new RoleDefinition(Set.of(ROLE), null, holders, ids));
        RoleTable table = RoleSet.UNREAD.table().withList(list, list, Long.MIN_VALUE, times(1));
        boolean areScopesRead = role != Role.SCOPES_UNREAD && role != Role.UNDEFINED;
        return RoleSet.UNREAD.with(
                areScopesRead ? table.withRole(ROLE, scopes(role), scopes(role), times(2)) : table, 1, false);
    }

    private static RoleScopes scopes(Role role) {
        boolean isGranting = role == Role.GRANTING || role == Role.GRANTING_TO_NAMED_USERS;
        return new RoleScopes(Map.of(API, isGranting ? Scopes.of("audit") : Scopes.none()), true);
    }

    private static ReadTimes times(long readAt) {
        return new ReadTimes(readAt, readAt + 1, ReadTimes.NO_LOSSES);
    }
}
