package io.scopeguard.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.actuate.ProviderActivity.Last;
import io.scopeguard.testing.MovableClock;
import org.junit.jupiter.api.Test;

/** When the rejection of calls because of their rate counts as a failure of the provider. */
class ProviderActivityTests {

    private static final String LIMITED = "rate_limited";

    private final MovableClock clock = MovableClock.atNoon();
    private final ProviderActivity activity = new ProviderActivity(clock);

    @Test
    void callsWhenAllAreLimitedForTwoMinutesThenTheyFailUntilOneIsAnswered() {
        called("ok");
        limited(0, 40, 40, 39);
        assertThat(outcome()).isEqualTo("ok");

        limited(1);

        assertThat(outcome()).isEqualTo(LIMITED);
        assertThat(activity.calls("logto")).extracting(Last::lastSuccess).isEqualTo(MovableClock.NOON);
        called("not_found");
        assertThat(outcome()).isEqualTo("ok");
        limited(1);
        assertThat(outcome()).isEqualTo("ok");
    }

    @Test
    void callsWhenOthersAreAnsweredMeanwhileThenTheyDoNotFail() {
        limited(0, 60);
        called("ok");
        limited(50, 60, 9);

        assertThat(outcome()).isEqualTo("ok");
    }

    /** An application that is idle between the calls. */
    @Test
    void callsWhenSingleOnesAreLimitedThenTheyDoNotFail() {
        called("ok");
        limited(0, 121, 600, 3_600);

        assertThat(outcome()).isEqualTo("ok");
    }

    /** The budget is ours: it neither shows that the provider answers, nor that it does not. */
    @Test
    void callsWhenTheBudgetIsExhaustedMeanwhileThenTheyFailAllTheSame() {
        limited(0, 60);
        called("budget_exhausted");
        limited(60);
        called("budget_exhausted");

        assertThat(outcome()).isEqualTo(LIMITED);
        assertThat(activity.calls("other")).isNull();
    }

    private void called(String outcome) {
        activity.called("logto", outcome);
    }

    /** Calls after so many seconds each. */
    private void limited(int... seconds) {
        for (int each : seconds) {
            clock.advanceSeconds(each);
            called(LIMITED);
        }
    }

    private String outcome() {
        Last last = activity.calls("logto");
        return last == null ? "none" : last.outcome();
    }
}
