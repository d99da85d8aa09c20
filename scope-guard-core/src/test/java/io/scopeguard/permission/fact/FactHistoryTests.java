package io.scopeguard.permission.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactHistory.Gain;
import io.scopeguard.permission.fact.FactHistory.Loss;
import io.scopeguard.provider.Standing;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two processes that could not share have recorded the same fact. */
class FactHistoryTests {

    private static final long NEVER = Long.MIN_VALUE;

    private static final Loss LOSS = new Loss("writer", NEVER, 10, 50, 51);

    @Test
    void mergedWithWhenOneHasSeenALossThenItCountsWhicheverReadLater() {
        FactHistory lost = history(Set.of("reader"), 60, 10, List.of(), List.of(LOSS));
        FactHistory first = history(Set.of("reader"), 90, 70, List.of(), List.of());

        FactHistory merged = lost.mergedWith(first);

        assertThat(merged.losses())
                .containsExactly(LOSS)
                .isEqualTo(first.mergedWith(lost).losses());
        assertThat(merged.readAt()).isEqualTo(90);
        assertThat(merged.firstEnd()).isEqualTo(10);
        assertThat(merged.gains()).contains(new Gain("reader", NEVER, 10));
    }

    @Test
    void mergedWithWhenTheRoleCameBackThenTheLossIsOver() {
        FactHistory lost = history(Set.of(), 60, 10, List.of(), List.of(LOSS));
        FactHistory first = history(Set.of("writer"), 90, 70, List.of(), List.of());

        FactHistory merged = lost.mergedWith(first);

        assertThat(merged.losses()).isEmpty();
        // It was lacking at the earlier read.
        assertThat(merged.gains()).contains(new Gain("writer", 60, 70));
    }

    @Test
    void mergedWithWhenOneNoticedAGainEarlierThenItIsHeldSinceThen() {
        FactHistory early = history(Set.of("reader", "writer"), 60, 10, List.of(new Gain("writer", 20, 30)), List.of());
        FactHistory late = history(Set.of("reader", "writer"), 90, 5, List.of(new Gain("writer", 40, 80)), List.of());

        assertThat(late.mergedWith(early).gains())
                .containsExactlyInAnyOrder(
                        new Gain("reader", NEVER, 5), new Gain("writer", 20, 30), new Gain("\n", NEVER, 5));
    }

    @Test
    void mergedWithWhenItWasMissingSinceThenItIsHeldSinceTheLaterGain() {
        FactHistory early = history(Set.of("writer"), 60, 10, List.of(), List.of());
        FactHistory late = history(Set.of("writer"), 90, 5, List.of(new Gain("writer", 70, 80)), List.of());

        assertThat(late.mergedWith(early).gains()).contains(new Gain("writer", 70, 80));
    }

    private static FactHistory history(
            Set<String> roles, long readAt, long firstEnd, List<Gain> gains, List<Loss> losses) {
        return new FactHistory(Standing.ACTIVE, roles, readAt, firstEnd, firstEnd, gains, losses, true);
    }
}
