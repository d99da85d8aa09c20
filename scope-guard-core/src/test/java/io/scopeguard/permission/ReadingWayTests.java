package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.ReadingWay.Situation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingWayTests {

    @ParameterizedTest
    @CsvSource({
        // listed, foreground, left out, waiting, active, pages, pages left, way
        "false, false, false, 50, 50,  1, 0, ALONE",
        "true,  false, true,  50, 50,  1, 0, ALONE",
        "true,  false, false,  0,  1,  1, 0, ALONE",
        "true,  false, false,  0,  2,  1, 0, BY_PAGES",
        "true,  false, false,  0,  9, 10, 0, ALONE",
        "true,  false, false,  0, 10, 10, 0, BY_PAGES",
        "true,  true,  false,  1,  1,  1, 0, ALONE",
        "true,  true,  false,  1, 99,  1, 0, BY_PAGES",
        "true,  true,  false,  2,  0,  1, 0, BY_PAGES",
        "true,  true,  false,  9,  0, 10, 0, ALONE",
        "true,  true,  false, 10,  0, 10, 0, BY_PAGES",
        // A sweep is under way.
        "true,  false, false,  0,  0, 10, 9, BY_PAGES",
        "true,  true,  false,  1,  0, 10, 9, ALONE",
        "true,  true,  false,  9,  0, 10, 9, ALONE",
        "true,  true,  false, 10,  0, 10, 9, BY_PAGES",
        "true,  true,  false,  1, 50, 10, 9, BY_PAGES",
        "true,  true,  false,  1,  0, 10, 2, BY_PAGES",
        "true,  true,  true,  20,  0, 10, 9, ALONE",
    })
    void chooseThenFewerCalls(
            boolean listed,
            boolean foreground,
            boolean leftOut,
            int waiting,
            int active,
            int pages,
            int left,
            ReadingWay way) {
        Situation situation = new Situation(listed, foreground, leftOut, waiting, active, pages, left);

        assertThat(ReadingWay.choose(situation)).isEqualTo(way);
    }
}
