package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The issuer's time, from the whole seconds of its answers. */
class IssuerClockTests {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private final IssuerClock clock = new IssuerClock();

    @Test
    void atWhenNothingWasAnsweredThenOurs() {
        assertThat(clock.at(NOW)).isEqualTo(NOW);
    }

    @ParameterizedTest
    @ValueSource(ints = {-299, -10, 0, 10, 300})
    void atWhenAnsweredThenMovedByTheOffset(int seconds) {
        answered(NOW.plusSeconds(seconds), NOW, NOW);

        assertThat(clock.at(NOW)).isEqualTo(NOW.plusSeconds(seconds));
        assertThat(clock.at(NOW.plusSeconds(5))).isEqualTo(NOW.plusSeconds(seconds + 5));
    }

    @Test
    void atWhenTheAnswerTookTimeThenTheEarliestThatItCanBe() {
        answered(NOW.plusSeconds(10), NOW, NOW.plusMillis(700));

        assertThat(clock.at(NOW)).isEqualTo(NOW.plusMillis(9_300));
    }

    @Test
    void atWhenAnsweredOftenThenTheBoundsCloseIn() {
        answered(NOW, NOW.plusMillis(900), NOW.plusMillis(950));
        assertThat(clock.at(NOW)).isEqualTo(NOW.minusMillis(950));
        answered(NOW.plusSeconds(1), NOW.plusMillis(1_050), NOW.plusMillis(1_100));
        assertThat(clock.at(NOW)).isEqualTo(NOW.minusMillis(100));
        answered(NOW.plusSeconds(2), NOW.plusMillis(2_500), NOW.plusMillis(2_600));
        assertThat(clock.at(NOW)).isEqualTo(NOW.minusMillis(100));
    }

    @Test
    void atWhenAClockWasSetThenLearntAnew() {
        answered(NOW, NOW, NOW);
        answered(NOW.plusSeconds(70), NOW.plusSeconds(60), NOW.plusSeconds(60));

        assertThat(clock.at(NOW)).isEqualTo(NOW.plusSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "1795262400",
                "Sat, 21 Nov 2026 12:00:00",
                "Mon, 21 Nov 2026 12:00:10 GMT",
                "Sat, 21 Nov 2026 12:06:00 GMT",
                "Sat, 21 Nov 2026 11:54:00 GMT",
                "Thu, 01 Jan 1970 00:00:00 GMT",
                "Fri, 31 Dec 9999 23:59:59 GMT"
            })
    void atWhenTheDateIsNoneOrCannotBeThenNothingIsLearnt(String date) {
        clock.answered(date, NOW, NOW);

        assertThat(clock.at(NOW)).isEqualTo(NOW);
    }

    @Test
    void answeredWhenOurClockWasSetMeanwhileThenNothingIsLearnt() {
        answered(NOW, NOW, NOW.minusSeconds(30));

        assertThat(clock.at(NOW)).isEqualTo(NOW);
    }

    private void answered(Instant date, Instant sent, Instant received) {
        clock.answered(DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atOffset(ZoneOffset.UTC)), sent, received);
    }
}
