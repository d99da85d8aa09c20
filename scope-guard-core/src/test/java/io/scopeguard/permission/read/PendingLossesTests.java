package io.scopeguard.permission.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.FactKey;
import io.scopeguard.permission.fact.FactKey.RolesKey;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.provider.DefinitionsKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Losses at a provider that may answer with the old state for ten seconds. The first read takes from second 1 to second 2. */
class PendingLossesTests {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final FactKey KEY = new RolesKey(DefinitionsKey.ORGANIZATION_ROLES);
    private static final FactKey OTHER = new RolesKey(DefinitionsKey.GLOBAL_ROLES);

    private final PendingLosses losses = new PendingLosses(Duration.ofSeconds(10));

    @ParameterizedTest
    @CsvSource({
        // the second at which the next read begins, the answer that its confirming read may confirm
        "3,",
        "11,",
        "12, first",
        "600, first"
    })
    void firstIfDelayedThenTheFirstAnswerWhenTheDelayHasPassedSinceItsEnd(int begin, @Nullable String answer) {
        assertThat(read("first", 1)).isNull();

        assertThat(read("next", begin)).isEqualTo(answer);
    }

    @Test
    void firstIfDelayedWhenReadsInBetweenShowTheLossThenTheDelayDoesNotBeginAnew() {
        read("first", 1);
        read("second", 6);

        assertThat(read("third", 12)).isEqualTo("first");
    }

    @Test
    void firstIfDelayedWhenTheLossWasHandedOutThenTheNextLossBeginsAnew() {
        read("first", 1);
        read("second", 12);

        assertThat(read("third", 13)).isNull();
        assertThat(read("fourth", 24)).isEqualTo("third");
    }

    @Test
    void firstIfDelayedWhenAReadWithoutTheLossCameInBetweenThenTheNextLossBeginsAnew() {
        read("first", 1);
        losses.clear(KEY);

        assertThat(read("second", 12)).isNull();
    }

    @Test
    void firstIfDelayedWhenAnotherFactHasALossThenEachWaitsForItsOwnDelay() {
        losses.firstIfDelayed(OTHER, "other", times(1));

        assertThat(read("first", 12)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        // second, too early to believe the loss, a confirming read comes next
        "2,  true,  true",
        "11, true,  true",
        "12, false, true"
    })
    void containsThenUntilTheDelayHasPassed(int second, boolean isTooEarly, boolean isNextConfirming) {
        read("first", 1);

        assertThat(losses.contains(KEY, second * SECOND)).isEqualTo(isTooEarly);
        assertThat(losses.awaitsConfirmation(KEY)).isEqualTo(isNextConfirming);
        assertThat(losses.contains(OTHER, second * SECOND)).isFalse();
        assertThat(losses.awaitsConfirmation(OTHER)).isFalse();
    }

    @Test
    void clearThenNoLossIsPending() {
        read("first", 1);
        losses.clear(KEY);

        assertThat(losses.contains(KEY, 2 * SECOND)).isFalse();
        assertThat(losses.awaitsConfirmation(KEY)).isFalse();
    }

    @Test
    void firstIfDelayedWhenTheProviderHasNoDelayThenTheAnswerItself() {
        PendingLosses immediate = new PendingLosses(Duration.ZERO);

        assertThat(immediate.firstIfDelayed(KEY, "first", times(1))).isEqualTo("first");
        assertThat(immediate.firstIfDelayed(KEY, "second", times(2))).isEqualTo("second");
        assertThat(immediate.contains(KEY, SECOND)).isFalse();
        assertThat(immediate.awaitsConfirmation(KEY)).isFalse();
    }

    private @Nullable String read(String answer, int begin) {
        return losses.firstIfDelayed(KEY, answer, times(begin));
    }

    private static ReadTimes times(int begin) {
        return new ReadTimes(begin * SECOND, (begin + 1) * SECOND, ReadTimes.NO_LOSSES);
    }
}
