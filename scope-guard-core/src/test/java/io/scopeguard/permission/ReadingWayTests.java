package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.read.ReadingWay;
import io.scopeguard.permission.read.ReadingWay.Situation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingWayTests {

    @ParameterizedTest
    @CsvSource({
        // listed, foreground, crowded, left out, unknown, waiting, active, pages, pages left, way
        "false, false, true, false, false, 50, 50,  1, 0, ALONE",
        "true,  false, true, true, false, 50, 50,  1, 0, ALONE",
        "true,  false, true, false, false, 0,  1,  1, 0, ALONE",
        "true,  false, true, false, false, 0,  2,  1, 0, BY_PAGES",
        "true,  false, true, false, false, 0,  9, 10, 0, ALONE",
        "true,  false, true, false, false, 0, 10, 10, 0, BY_PAGES",
        "true,  true, true, false, false, 1,  1,  1, 0, ALONE",
        "true,  true, true, false, false, 1, 99,  1, 0, BY_PAGES",
        "true,  true, true, false, false, 2,  0,  1, 0, BY_PAGES",
        "true,  true, true, false, false, 9,  0, 10, 0, ALONE",
        "true,  true, true, false, false, 10,  0, 10, 0, BY_PAGES",
        // Nothing was read yet.
        "true,  true, true, false, true,   1,  0,  1, 0, BY_PAGES",
        "true,  false, true, false, true,   0,  1,  1, 0, ALONE",
        "true,  true, false, false, true,   1,  0,  1, 0, ALONE",
        "false, true, true, false, true,   1,  0,  1, 0, ALONE",
        "true,  true, true, true, true,   1,  0,  1, 0, ALONE",
        // A sweep is under way.
        "true,  false, true, false, false, 0,  0, 10, 9, BY_PAGES",
        "true,  true, true, false, false, 1,  0, 10, 9, ALONE",
        "true,  true, true, false, false, 9,  0, 10, 9, ALONE",
        "true,  true, true, false, false, 10,  0, 10, 9, BY_PAGES",
        "true,  true, true, false, false, 1, 50, 10, 9, BY_PAGES",
        "true,  true, true, false, false, 1,  0, 10, 2, BY_PAGES",
        "true,  true, true, true, false, 20,  0, 10, 9, ALONE",
    })
    void chooseThenFewerCalls(
            boolean listed,
            boolean foreground,
            boolean crowded,
            boolean leftOut,
            boolean unknown,
            int waiting,
            int active,
            int pages,
            int left,
            ReadingWay way) {
        Situation situation =
                new Situation(listed, foreground, crowded, leftOut, unknown, waiting, active, pages, left);

        assertThat(ReadingWay.choose(situation)).isEqualTo(way);
    }
}
