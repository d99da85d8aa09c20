package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class IssuerClockPropertyTests {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    /** Whatever the offset and the delays: never later than it really was, and never a second and a delay too early. */
    @Property
    void atIsNeverTooLateAndHardlyTooEarly(
            @ForAll @IntRange(min = -200_000, max = 200_000) int offset,
            @ForAll @Size(min = 1, max = 20) int[] starts,
            @ForAll @IntRange(max = 3_000) int delay) {
        IssuerClock clock = new IssuerClock();
        for (int start : starts) {
            Instant sent = NOW.plusMillis(Math.floorMod(start, 600_000));
            Instant answered = sent.plusMillis(delay / 2);
            clock.answered(
                    DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            answered.plusMillis(offset).atOffset(ZoneOffset.UTC)),
                    sent,
                    sent.plusMillis(delay));
        }

        assertThat(clock.at(NOW)).isBeforeOrEqualTo(NOW.plusMillis(offset));
        assertThat(clock.at(NOW)).isAfterOrEqualTo(NOW.plusMillis(offset).minus(Duration.ofMillis(1_000 + delay)));
    }
}
