package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.permission.fact.RoleSet;
import io.scopeguard.provider.RoleDefinition;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoleSetTests {

    private static final RoleDefinition EDITOR =
            RoleDefinition.of(Map.of(Audience.ORGANIZATION, Scopes.of("write:report")));

    private final RoleSet defined = read(RoleSet.UNREAD, Map.of("editor", EDITOR), 10);

    @Test
    void lossNoticedWhenTheRoleIsDefinedThenPendingUntilDefinitionsAreReadAfterwards() {
        RoleSet lost = defined.lossNoticed(List.of("editor"), 20);

        assertThat(lost.lossNoticedAt()).isEqualTo(20);
        assertThat(read(lost, Map.of("editor", EDITOR), 15).lossNoticedAt()).isEqualTo(20);
        assertThat(read(lost, Map.of("editor", EDITOR), 25).pendingLosses()).isEmpty();
        assertThat(read(lost, Map.of("editor", EDITOR), 25).recheckedAt()).isEqualTo(25);
    }

    @Test
    void lossNoticedWhenTheRoleWasDeletedThenNothingIsPending() {
        RoleSet deleted = read(defined, Map.of(), 20);

        assertThat(deleted.lossNoticed(List.of("editor"), 30)).isSameAs(deleted);
    }

    @Test
    void withWhenTheLostRoleTurnsOutToBeDeletedThenNothingIsPending() {
        RoleSet lost = defined.lossNoticed(List.of("editor"), 30);

        assertThat(read(lost, Map.of(), 20).pendingLosses()).isEmpty();
    }

    /** While many losses are noticed, one read of the definitions serves those before it. */
    @Test
    void withWhenAnotherLossIsNoticedMeanwhileThenTheReadStillCounts() {
        RoleDefinition viewer = RoleDefinition.of(Map.of(Audience.ORGANIZATION, Scopes.of("read:report")));
        Map<String, RoleDefinition> list = Map.of("editor", EDITOR, "viewer", viewer);
        RoleSet lost = read(RoleSet.UNREAD, list, 10)
                .lossNoticed(List.of("editor"), 20)
                .lossNoticed(List.of("viewer"), 30);

        RoleSet next = read(lost, list, 25);

        assertThat(next.pendingLosses()).containsOnlyKeys("viewer");
        assertThat(next.recheckedAt()).isEqualTo(25);
    }

    private static RoleSet read(RoleSet known, Map<String, RoleDefinition> list, long readAt) {
        ReadTimes times = new ReadTimes(readAt, readAt, readAt - 1);
        return known.with(known.table().withList(list, list, known.readAt(), times), readAt, true);
    }
}
