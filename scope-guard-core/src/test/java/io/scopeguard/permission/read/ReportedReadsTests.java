package io.scopeguard.permission.read;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many users count as read alone lately, if a sweep takes three calls. */
class ReportedReadsTests {

    private static final int SWEEP = 3;

    @ParameterizedTest
    @CsvSource({
        // reports as user@second, the number after each of them
        "a@0 b@0 c@0,          1 2 3",
        "a@0 a@5 b@5 a@6,      1 1 2 2",
        // As many users as a sweep takes calls were read alone: the next ones wait for a sweep.
        "a@0 b@0 c@0 d@1,      1 2 3 4",
        "a@0 b@0 c@0 d@1 d@2,  1 2 3 4 4",
        "a@0 b@0 c@0 d@1 c@2,  1 2 3 4 3",
        // After 30 seconds, a read is no longer recent.
        "a@0 b@0 c@0 d@29,     1 2 3 4",
        "a@0 b@0 c@0 d@30,     1 2 3 1",
        "a@0 b@20 c@20 d@30,   1 2 3 3",
    })
    void countThenTheUsersReadAloneLately(String reports, String numbers) {
        ReportedReads reads = new ReportedReads();
        List<String> counted = new ArrayList<>();
        for (String report : reports.split(" ")) {
            String[] parts = report.split("@");
            long now = Duration.ofSeconds(Long.parseLong(parts[1])).toNanos();
            counted.add(String.valueOf(reads.count(parts[0], SWEEP, now)));
        }

        assertThat(String.join(" ", counted)).isEqualTo(numbers);
    }
}
