package io.scopeguard.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampledTests {

    private static final List<Integer> tested = new ArrayList<>();

    @Sampled
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void rowWhenSampledThenEveryFifthUnlessThorough(int row) {
        tested.add(row);
    }

    @AfterAll
    static void checkRows() {
        boolean isThorough = Boolean.getBoolean("tests.thorough");
        assertThat(tested).isEqualTo(isThorough ? List.of(1, 2, 3, 4, 5, 6, 7) : List.of(1, 6));
    }
}
