package io.scopeguard.permission;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.permission.read.ReadingWay;
import io.scopeguard.permission.read.ReadingWay.Situation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadingWayTests {

    @ParameterizedTest
    @CsvSource({
        // listed, reported, foreground, crowded, left out, unknown, waiting, active, pages, pages left, way
        "false, 0, false, true, false, false, 50, 50,  1, 0, ALONE",
        "true,  0, false, true, true, false, 50, 50,  1, 0, ALONE",
        "true,  0, false, true, false, false, 0,  1,  1, 0, ALONE",
        "true,  0, false, true, false, false, 0,  2,  1, 0, BY_PAGES",
        "true,  0, false, true, false, false, 0,  9, 10, 0, ALONE",
        "true,  0, false, true, false, false, 0, 10, 10, 0, BY_PAGES",
        "true,  0, true, true, false, false, 1,  1,  1, 0, ALONE",
        "true,  0, true, true, false, false, 1, 99,  1, 0, BY_PAGES",
        "true,  0, true, true, false, false, 2,  0,  1, 0, BY_PAGES",
        "true,  0, true, true, false, false, 9,  0, 10, 0, ALONE",
        "true,  0, true, true, false, false, 10,  0, 10, 0, BY_PAGES",
        // Nothing was read yet.
        "true,  0, true, true, false, true,   1,  0,  1, 0, BY_PAGES",
        "true,  0, false, true, false, true,   0,  1,  1, 0, ALONE",
        "true,  0, true, false, false, true,   1,  0,  1, 0, ALONE",
        "false, 0, true, true, false, true,   1,  0,  1, 0, ALONE",
        "true,  0, true, true, true, true,   1,  0,  1, 0, ALONE",
        // A sweep is under way.
        "true,  0, false, true, false, false, 0,  0, 10, 9, BY_PAGES",
        "true,  0, true, true, false, false, 1,  0, 10, 9, ALONE",
        "true,  0, true, true, false, false, 9,  0, 10, 9, ALONE",
        "true,  0, true, true, false, false, 10,  0, 10, 9, BY_PAGES",
        "true,  0, true, true, false, false, 1, 50, 10, 9, BY_PAGES",
        "true,  0, true, true, false, false, 1,  0, 10, 2, BY_PAGES",
        "true,  0, true, true, true, false, 20,  0, 10, 9, ALONE",
        // The change was reported: a sweep may have read the member's page before.
        "true,  1, true, true, false, false, 1, 50, 10, 9, ALONE",
        "true,  1, true, true, false, false, 1, 50, 10, 1, ALONE",
        "true,  1, true, true, false, false, 1, 50, 10, 0, ALONE",
        "true,  1, false, true, false, false, 0, 50, 10, 9, ALONE",
        "true,  10, true, true, false, false, 10, 50, 10, 0, ALONE",
        "true,  11, true, true, false, false, 1, 50, 10, 9, BY_PAGES",
        "true,  11, false, true, false, false, 0, 50, 10, 0, BY_PAGES",
        "true,  1, true, true, false, false, 1, 50, 2, 1, BY_PAGES",
        "true,  2, true, true, false, false, 2, 50, 2, 0, BY_PAGES",
    })
    void chooseThenFewerCalls(
            boolean listed,
            int reported,
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
                new Situation(listed, reported, foreground, crowded, leftOut, unknown, waiting, active, pages, left);

        assertThat(ReadingWay.choose(situation)).isEqualTo(way);
    }
}
