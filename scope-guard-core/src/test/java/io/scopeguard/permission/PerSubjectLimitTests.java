package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.Subject;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a further individual read of a subject waits: ten at once, then one a second. */
class PerSubjectLimitTests {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final Subject ALICE = new Subject(Subject.Type.USER, "alice");

    private final PerSubjectLimit limit = new PerSubjectLimit();

    @ParameterizedTest
    @CsvSource({
        // reads at first, milliseconds until the next one, its wait in milliseconds
        "0,  0,     0",
        "9,  0,     0",
        "10, 0,     1000",
        "10, 400,   600",
        "10, 999,   1",
        "10, 1000,  0",
        "5,  0,     0",
        "10, 60000, 0"
    })
    void takeThenTenAtOnceAndOneASecond(int reads, long later, long wait) {
        take(reads, 0);

        assertThat(limit.take(ALICE, millis(later))).isEqualTo(millis(wait));
    }

    @ParameterizedTest
    @CsvSource({
        // seconds of rest after ten reads, reads at once afterwards
        "1, 1",
        "4, 4",
        "10, 10",
        // A longer rest does not save more.
        "1000, 10"
    })
    void takeWhenTheSubjectRestsThenOneReadASecondIsSaved(int rest, int reads) {
        take(10, 0);
        take(reads, rest * SECOND);

        assertThat(limit.take(ALICE, rest * SECOND)).isEqualTo(SECOND);
    }

    @Test
    void takeWhenAReadHasToWaitThenNotCounted() {
        take(10, 0);
        for (int i = 0; i < 100; i++) {
            assertThat(limit.take(ALICE, 0)).isEqualTo(SECOND);
        }

        assertThat(limit.take(ALICE, SECOND)).isZero();
    }

    @Test
    void takeWhenAnotherSubjectReadsThenCountedApart() {
        take(10, 0);

        assertThat(limit.take(new Subject(Subject.Type.USER, "bob"), 0)).isZero();
        assertThat(limit.take(new Subject(Subject.Type.APPLICATION, "alice"), 0))
                .isZero();
    }

    private void take(int reads, long now) {
        for (int i = 0; i < reads; i++) {
            assertThat(limit.take(ALICE, now)).as("read %d", i).isZero();
        }
    }

    private static long millis(long value) {
        return Duration.ofMillis(value).toNanos();
    }
}
