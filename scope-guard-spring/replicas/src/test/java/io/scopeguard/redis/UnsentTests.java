package io.scopeguard.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnsentTests {

    private final Unsent<String, Integer> unsent = new Unsent<>(2);
    private final List<String> sent = new ArrayList<>();

    @Test
    void flushWhenSomethingWasKeptThenTheLatestOfEachNameIsSentOnce() {
        unsent.keep("a", 1);
        unsent.keep("b", 2);
        unsent.keep("a", 3);

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
    void flushWhenMoreThanTheLimitWasKeptThenEverythingIsSentFirst() {
        unsent.keep("a", 1);
        unsent.keep("b", 2);
        unsent.keep("c", 3);
        assertThat(unsent.isIncomplete()).isTrue();

        flush(false);
        assertThat(sent).containsExactly("everything");
        flush(true);

        assertThat(sent).containsExactly("everything", "everything", "a1", "b2");
        assertThat(unsent.isIncomplete()).isFalse();
    }

    @Test
    void flushWhenARecordIsReplacedMeanwhileThenTheLaterOneStays() {
        unsent.keep("a", 1);

        unsent.flush(() -> true, (name, record) -> {
            unsent.keep("a", 2);
            return true;
        });

        assertThat(unsent.get("a")).isEqualTo(2);
    }

    private void flush(boolean succeeds) {
        unsent.flush(
                () -> {
                    sent.add("everything");
                    return succeeds;
                },
                (name, record) -> {
                    sent.add(name + record);
                    return succeeds;
                });
    }
}
