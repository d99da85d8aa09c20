package io.scopeguard.permission.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The losses of a read that are judged as a whole. */
class MemberPageReaderTests {

    @ParameterizedTest
    @CsvSource({
        // members who lost their standing, members in use, judged as a whole
        "0,  0,   false",
        "4,  4,   false",
        "5,  0,   true",
        "5,  5,   true",
        "5,  49,  true",
        "5,  50,  false",
        "10, 100, false",
        "11, 100, true"
    })
    void isMassThenAtLeastFiveAndMoreThanATenth(int losses, int inUse, boolean isMass) {
        assertThat(MemberPageReader.isMass(losses, inUse)).isEqualTo(isMass);
    }
}
