package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnsentTests {

    private final Unsent<String, Integer> unsent = new Unsent<>(2, Math::max);
    private final Map<String, Integer> everything = new TreeMap<>(Map.of("x", 7, "y", 8));
    private final List<String> sent = new ArrayList<>();

    @Test
    void flushWhenSomethingWasKeptThenTheLatestOfEachNameIsSentOnce() {
        unsent.keep("a", 3);
        unsent.keep("b", 2);
        // It was sent before, and failed later.
        unsent.keep("a", 1);

        flush(true);
        flush(true);

        assertThat(sent).containsExactly("a3", "b2");
    }

    @Test
    void flushWhenOneFailsThenTheOthersWait() {
        unsent.keep("a", 1);
        unsent.keep("b", 2);

        flush(false);
        assertThat(sent).containsExactly("a1");
        flush(true);

        assertThat(sent).containsExactly("a1", "a1", "b2");
    }

    @Test
    void flushWhenMoreThanTheLimitWasKeptThenEverythingIsSentToo() {
        unsent.keep("a", 1);
        unsent.keep("b", 2);
        unsent.keep("c", 3);
        assertThat(unsent.isResendDue()).isTrue();

        flush(true);

        assertThat(sent).containsExactly("a1", "b2", "x7", "y8");
        assertThat(unsent.isResendDue()).isFalse();
    }

    @Test
    void flushWhenEveryTenthFailsThenItGoesOnWhereItWas() {
        everything.clear();
        everything.putAll(IntStream.range(0, 1_000).boxed().collect(Collectors.toMap(i -> "fact-" + i, i -> i)));
        unsent.resendAll();
        int[] attempts = {0};

        while (unsent.isResendDue()) {
            unsent.flush(() -> everything.entrySet().iterator(), (name, record) -> {
                attempts[0]++;
                boolean isSent = attempts[0] % 10 != 0;
                if (isSent) {
                    sent.add(name);
                }
                return isSent;
            });
        }

        assertThat(sent).containsExactlyElementsOf(everything.keySet());
        assertThat(attempts[0]).isLessThan(1_120);
    }

    @Test
    void flushWhenEverythingIsLostAgainMeanwhileThenItBeginsAgain() {
        unsent.resendAll();
        unsent.flush(() -> everything.entrySet().iterator(), (name, record) -> {
            unsent.resendAll();
            return true;
        });
        assertThat(unsent.isResendDue()).isTrue();

        flush(true);

        assertThat(sent).containsExactly("x7", "y8");
        assertThat(unsent.isResendDue()).isFalse();
    }

    @Test
    void flushWhenARecordIsReplacedMeanwhileThenTheLaterOneStays() {
        unsent.keep("a", 1);

        unsent.flush(() -> everything.entrySet().iterator(), (name, record) -> {
            unsent.keep("a", 2);
            return true;
        });

        assertThat(unsent.get("a")).isEqualTo(2);
    }

    private void flush(boolean succeeds) {
        unsent.flush(() -> everything.entrySet().iterator(), (name, record) -> {
            sent.add(name + record);
            return succeeds;
        });
    }
}
