package io.scopeguard.permission.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Priority;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.Sequence;
import io.scopeguard.time.SteadyClock;
import org.junit.jupiter.api.Test;

/** An answer of several parts begins with its oldest part, and ends with its last one. */
class DatedCallTests {

    private final MovableClock clock = MovableClock.atNoon();
    private final SteadyClock steady = clock.steady();
    private final DatedCall call = new DatedCall(new Taking(), new Sequence(steady));

    private record Taking() implements CallContext {

        @Override
        public Priority priority() {
            return Priority.FOREGROUND;
        }

        @Override
        public boolean takes(long begunAt, long endedAt) {
            return true;
        }
    }

    private long ago(int seconds) {
        return steady.nanos() - seconds * 1_000_000_000L;
    }

    @Test
    void timesWhenTheWholeAnswerIsTakenThenThoseOfTheTakenRead() {
        call.takes(ago(4), ago(3));
        assertThat(call.times()).isEqualTo(new ReadTimes(ago(4), ago(3), ReadTimes.NO_LOSSES));
    }

    @Test
    void timesWhenACallFollowsThenTheyEndAfterIt() {
        long begun = ago(4);
        call.takes(begun, ago(3));
        clock.advanceSeconds(1);
        call.begins();
        clock.advanceSeconds(1);
        assertThat(call.times()).isEqualTo(new ReadTimes(begun, steady.nanos(), ReadTimes.NO_LOSSES));
    }

    @Test
    void timesWhenAnOlderPartIsTakenAfterACallThenTheyBeginWithThePart() {
        call.begins();
        clock.advanceSeconds(1);
        call.takes(ago(4), ago(3));
        clock.advanceSeconds(1);
        assertThat(call.times()).isEqualTo(new ReadTimes(ago(5), steady.nanos(), ReadTimes.NO_LOSSES));
    }

    @Test
    void timesWhenANewerPartIsTakenAfterACallThenTheyBeginWithTheCall() {
        call.begins();
        long begun = steady.nanos();
        clock.advanceSeconds(5);
        call.takes(ago(2), ago(1));
        assertThat(call.times().readAt()).isBetween(begun, begun + 10);
    }

    @Test
    void timesWhenTwoPartsAreTakenThenTheyBeginWithTheOldestAndEndWithTheLast() {
        call.takes(ago(2), ago(1));
        call.takes(ago(4), ago(3));
        assertThat(call.times()).isEqualTo(new ReadTimes(ago(4), ago(1), ReadTimes.NO_LOSSES));
    }
}
