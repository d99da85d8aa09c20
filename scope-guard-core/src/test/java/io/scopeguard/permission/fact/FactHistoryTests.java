package io.scopeguard.permission.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactHistory.Gain;
import io.scopeguard.permission.fact.FactHistory.Loss;
import io.scopeguard.provider.Standing;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two processes that could not share have recorded the same fact. */
class FactHistoryTests {

    private static final long NEVER = Long.MIN_VALUE;

    private static final Loss LOSS = new Loss("writer", NEVER, s(10), s(50), s(51));

    @Test
    void mergedWithWhenOneHasSeenALossThenItCountsWhicheverReadLater() {
        FactHistory lost = history(Set.of("reader"), s(60), s(10), List.of(), List.of(LOSS));
        FactHistory first = history(Set.of("reader"), s(90), s(70), List.of(), List.of());

        FactHistory merged = lost.mergedWith(first);

        assertThat(merged.losses())
                .containsExactly(LOSS)
                .isEqualTo(first.mergedWith(lost).losses());
        assertThat(merged.readAt()).isEqualTo(s(90));
        assertThat(merged.firstEnd()).isEqualTo(s(10));
        assertThat(merged.gains()).contains(new Gain("reader", NEVER, s(10)));
    }

    @Test
    void mergedWithWhenTheRoleCameBackThenTheLossIsOver() {
        FactHistory lost = history(Set.of(), s(60), s(10), List.of(), List.of(LOSS));
        FactHistory first = history(Set.of("writer"), s(90), s(70), List.of(), List.of());

        FactHistory merged = lost.mergedWith(first);

        assertThat(merged.losses()).isEmpty();
        // It was lacking at the earlier read.
        assertThat(merged.gains()).contains(new Gain("writer", s(60), s(70)));
    }

    @Test
    void mergedWithWhenOneNoticedAGainEarlierThenItIsHeldSinceThen() {
        FactHistory early =
                history(Set.of("reader", "writer"), s(60), s(10), List.of(new Gain("writer", s(20), s(30))), List.of());
        FactHistory late =
                history(Set.of("reader", "writer"), s(90), s(5), List.of(new Gain("writer", s(40), s(80))), List.of());

        assertThat(late.mergedWith(early).gains())
                .containsExactlyInAnyOrder(
                        new Gain("reader", NEVER, s(5)), new Gain("writer", s(20), s(30)), new Gain("\n", NEVER, s(5)));
    }

    @Test
    void mergedWithWhenItWasMissingSinceThenItIsHeldSinceTheLaterGain() {
        FactHistory early = history(Set.of("writer"), s(60), s(10), List.of(), List.of());
        FactHistory late = history(Set.of("writer"), s(90), s(5), List.of(new Gain("writer", s(70), s(80))), List.of());

        assertThat(late.mergedWith(early).gains()).contains(new Gain("writer", s(70), s(80)));
    }

    @Test
    void mergedWithWhenTimesDifferByATranslationThenTheyStay() {
        FactHistory ours = history(Set.of("reader"), s(90), s(10), List.of(new Gain("reader", s(5), s(10))), List.of());
        FactHistory translated = history(
                Set.of("reader"), s(80), s(10) - 1, List.of(new Gain("reader", s(5) - 1, s(10) - 1)), List.of());

        FactHistory merged = ours.mergedWith(translated);

        assertThat(merged.firstEnd()).isEqualTo(s(10));
        assertThat(merged.gains()).contains(new Gain("reader", s(5), s(10)));
    }

    private static long s(long seconds) {
        return TimeUnit.SECONDS.toNanos(seconds);
    }

    private static FactHistory history(
            Set<String> roles, long readAt, long firstEnd, List<Gain> gains, List<Loss> losses) {
        return new FactHistory(Standing.ACTIVE, roles, readAt, firstEnd, firstEnd, gains, losses, true);
    }
}
