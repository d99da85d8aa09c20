package io.scopeguard.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.provider.ProviderClock.Bounds;
import io.scopeguard.provider.ProviderClock.Order;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Comparisons between the seconds of tokens' times and the nanoseconds of our own reads. */
class ProviderClockTests {

    private static final Instant NOON = MovableClock.NOON;

    private final MovableClock wall = MovableClock.atNoon();
    private final AtomicLong ticker = new AtomicLong();
    private final SteadyClock steady = new SteadyClock(wall, ticker::get);
    private final ProviderClock clock = new ProviderClock(steady);

    @ParameterizedTest
    @CsvSource({"-2,BEFORE", "-1,BEFORE", "0,AFTER", "1,AFTER"})
    void compareWhenNothingWasAnsweredThenByOurWallClock(int issued, Order expected) {
        pass(10_000);

        assertThat(clock.compare(NOON.plusSeconds(10 + issued), millis(10_000))).isEqualTo(expected);
    }

    @Test
    void compareWhenWithinTheSameSecondThenUndecided() {
        pass(10_500);

        assertThat(clock.compare(NOON.plusSeconds(10), millis(10_500))).isEqualTo(Order.UNDECIDED);
        assertThat(clock.compare(NOON.plusSeconds(11), millis(10_500))).isEqualTo(Order.AFTER);
        assertThat(clock.compare(NOON.plusSeconds(9), millis(10_500))).isEqualTo(Order.BEFORE);
    }

    @ParameterizedTest
    @ValueSource(ints = {-299, -10, 0, 10, 299})
    void compareWhenAnsweredThenByTheProvidersTime(int offset) {
        answer(NOON.plusSeconds(offset), 0, 100);

        // The provider's time at 0 lies in [offset - 0.1 s, offset + 1 s).
        assertThat(clock.compare(NOON.plusSeconds(offset - 2), 0)).isEqualTo(Order.BEFORE);
        assertThat(clock.compare(NOON.plusSeconds(offset - 1), 0)).isEqualTo(Order.UNDECIDED);
        assertThat(clock.compare(NOON.plusSeconds(offset), 0)).isEqualTo(Order.UNDECIDED);
        assertThat(clock.compare(NOON.plusSeconds(offset + 1), millis(-1))).isEqualTo(Order.AFTER);
    }

    @Test
    void compareWhenAnsweredOftenThenNarrowed() {
        answer(NOON, 900, 950);
        answer(NOON.plusSeconds(1), 1_050, 1_100);

        // The provider's clock is at most 50 ms ahead and 100 ms behind.
        assertThat(clock.compare(NOON.plusSeconds(5), millis(5_150))).isEqualTo(Order.UNDECIDED);
        assertThat(clock.compare(NOON.plusSeconds(4), millis(5_150))).isEqualTo(Order.BEFORE);
        assertThat(clock.compare(NOON.plusSeconds(6), millis(5_890))).isEqualTo(Order.AFTER);
    }

    @Test
    void compareWhenServersDifferALittleThenUncertainRatherThanAnew() {
        answer(NOON, 0, 10);
        answer(NOON.plusMillis(2_000), 1, 11);

        assertThat(clock.compare(NOON.minusSeconds(10), 0)).isEqualTo(Order.BEFORE);
        assertThat(clock.compare(NOON.plusSeconds(1), 0)).isEqualTo(Order.UNDECIDED);
    }

    @Test
    void compareWhenTheProvidersClockWasSetThenEarlierTimesAreUnknown() {
        answer(NOON, 0, 10);
        pass(60_000);
        answer(NOON.plusSeconds(70), 60_000, 60_010);

        assertThat(clock.compare(NOON.plusSeconds(30), millis(20_000))).isEqualTo(Order.UNKNOWN);
        assertThat(clock.compare(NOON.plusSeconds(100), millis(20_000))).isEqualTo(Order.AFTER);
        pass(20_000);
        assertThat(clock.compare(NOON.plusSeconds(80), millis(75_000))).isEqualTo(Order.BEFORE);
    }

    @Test
    void compareWhenFrozenThenNothingCloseIsDecidedUntilTheNextAnswer() {
        answer(NOON, 0, 10);
        wall.advance(Duration.ofMinutes(10));
        long now = steady.nanos();

        assertThat(clock.compare(NOON.plusSeconds(600), now)).isEqualTo(Order.UNDECIDED);
        assertThat(clock.compare(NOON, millis(5))).isEqualTo(Order.UNKNOWN);
        assertThat(clock.waitUntilAfter(now)).isGreaterThan(ProviderClock.MAX_WAIT);
        answerNow(NOON.plusSeconds(600));
        assertThat(clock.compare(NOON.plusSeconds(598), now)).isEqualTo(Order.BEFORE);
    }

    @ParameterizedTest
    @ValueSource(ints = {-3_600, 3_600})
    void compareWhenOurWallClockStepsThenTheNextAnswerIsBelieved(int step) {
        answer(NOON, 0, 10);
        wall.set(wall.instant().plusSeconds(step));
        long now = steady.nanos();
        Instant provider = NOON.plusNanos(Math.max(now, 0));
        answerNow(provider);

        assertThat(clock.compare(provider.minusSeconds(5), now)).isEqualTo(Order.BEFORE);
        assertThat(clock.compare(provider.plusSeconds(5), now)).isEqualTo(Order.AFTER);
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
                "Sat, 21 Nov 2026 11:53:00 GMT",
                "Thu, 01 Jan 1970 00:00:00 GMT",
                "Fri, 31 Dec 9999 23:59:59 GMT"
            })
    void answeredWhenTheDateIsUnreadableOrImplausibleThenNothingIsLearned(String date) {
        clock.answered(date, 0, 1);

        assertThat(clock.compare(NOON, 0)).isEqualTo(Order.AFTER);
        assertThat(clock.compare(NOON.minusSeconds(1), 0)).isEqualTo(Order.BEFORE);
    }

    @Test
    void compareWhenFrozenThenTheFirstComparisonNoticesIt() {
        answer(NOON, 0, 10);
        wall.advance(Duration.ofMinutes(10));

        assertThat(clock.compare(NOON, millis(5))).isEqualTo(Order.UNKNOWN);
    }

    @Test
    void waitUntilAfterThenTheNextTokenIsAfter() {
        answer(NOON, 0, 100);

        for (int now = 0; now < 3_000; now += 37) {
            long issuedAt = now + clock.waitUntilAfter(0).toMillis();
            // For every state of the provider's clock: between 100 ms behind and one second ahead.
            for (int offset : new int[] {-100, 0, 500, 999}) {
                Instant iat = NOON.plusSeconds(Math.floorDiv(issuedAt + offset, 1_000L));
                assertThat(clock.compare(iat, 0)).isEqualTo(Order.AFTER);
            }
            assertThat(clock.waitUntilAfter(0)).isLessThanOrEqualTo(ProviderClock.MAX_WAIT);
            pass(37);
        }
        assertThat(clock.waitUntilAfter(0)).isZero();
    }

    @Test
    void greatestAgeWhenTheProviderGaveNoTimeOfTheLastHourThenUnknown() {
        assertThat(clock.greatestAge(NOON)).isNull();
        answer(NOON, 0, 100);
        assertThat(clock.greatestAge(NOON.minusSeconds(5))).isBetween(Duration.ofSeconds(5), Duration.ofMillis(6_100));
        assertThat(clock.greatestAge(NOON.plusSeconds(2))).isNull();
        pass(3_600_200);
        assertThat(clock.greatestAge(NOON.plusSeconds(3_590))).isNull();
    }

    @Test
    void narrowWhenAnotherReplicaKnowsMoreThenItsBoundsApply() {
        answer(NOON, 0, 10);
        pass(5_000);
        assertThat(clock.compare(NOON.plusSeconds(4), millis(5_000))).isEqualTo(Order.UNDECIDED);

        clock.narrow(new Bounds(nanos(NOON), nanos(NOON.plusMillis(20)), millis(4_000)));

        assertThat(clock.compare(NOON.plusSeconds(4), millis(5_000))).isEqualTo(Order.BEFORE);
        assertThat(clock.compare(NOON.plusSeconds(6), millis(5_979))).isEqualTo(Order.AFTER);
    }

    @Test
    void narrowWhenOurOwnAnswersContradictThenIgnored() {
        answer(NOON, 0, 10);

        clock.narrow(new Bounds(nanos(NOON.plusSeconds(3)), nanos(NOON.plusSeconds(4)), 5));

        assertThat(clock.compare(NOON.plusSeconds(1), 0)).isEqualTo(Order.AFTER);
    }

    @Test
    void narrowWhenNothingWasAnsweredThenOnlyNearOurWallClock() {
        clock.narrow(new Bounds(nanos(NOON.plusSeconds(8)), nanos(NOON.plusSeconds(9)), 5));
        assertThat(clock.greatestAge(NOON)).isNull();
        pass(1_000);

        clock.narrow(new Bounds(nanos(NOON.plusSeconds(3)), nanos(NOON.plusSeconds(4)), 0));

        assertThat(clock.compare(NOON.plusSeconds(3), millis(1_000))).isEqualTo(Order.BEFORE);
        assertThat(clock.compare(NOON.plusSeconds(5), millis(1_000))).isEqualTo(Order.AFTER);
        assertThat(clock.greatestAge(NOON.plusSeconds(4))).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void narrowWhenTheLastAnswerIsOldThenAgesStayUnknown() {
        answer(NOON, 0, 100);
        pass(3_600_200);
        Bounds old = Objects.requireNonNull(clock.bounds());

        clock.narrow(old);
        assertThat(clock.greatestAge(NOON.plusSeconds(3_590))).isNull();

        clock.narrow(new Bounds(old.least(), old.most(), steady.nanos()));
        assertThat(clock.greatestAge(NOON.plusSeconds(3_590))).isNotNull();
    }

    /** For any offset, delays and order of answers, decisions are right. */
    @Property
    void compareWhenOffsetAndDelaysAreArbitraryThenNeverWrong(
            @ForAll @IntRange(min = -200_000, max = 200_000) int offset,
            @ForAll @Size(min = 1, max = 20) int[] starts,
            @ForAll @IntRange(max = 3_000) int delay,
            @ForAll @IntRange(min = -5_000, max = 700_000) int time,
            @ForAll @IntRange(min = -5_000, max = 5_000) int later) {
        MovableClock wall = MovableClock.atNoon();
        AtomicLong ticker = new AtomicLong();
        ProviderClock clock = new ProviderClock(new SteadyClock(wall, ticker::get));
        wall.advance(Duration.ofMinutes(12));
        ticker.set(millis(720_000));
        for (int start : starts) {
            long sent = Math.floorMod(start, 600_000);
            Instant answered = NOON.plusMillis(sent + delay / 2 + offset);
            clock.answered(httpDate(answered), millis(sent), millis(sent + delay));
        }
        Instant issued = NOON.plusMillis(time + later + offset);
        Order order = clock.compare(Instant.ofEpochSecond(issued.getEpochSecond()), millis(time));

        assertThat(order)
                .isIn(
                        later >= 0
                                ? new Order[] {Order.AFTER, Order.UNDECIDED}
                                : new Order[] {Order.BEFORE, Order.UNDECIDED});
        if (Math.abs(later) > 2_200 + delay) {
            assertThat(order).isNotEqualTo(Order.UNDECIDED);
        }
    }

    private void answer(Instant date, long sentMillis, long receivedMillis) {
        answered(date, millis(sentMillis), millis(receivedMillis));
    }

    private void answerNow(Instant date) {
        answered(date, steady.nanos(), steady.nanos());
    }

    private void answered(Instant date, long sent, long received) {
        clock.answered(httpDate(date), sent, received);
    }

    private static long nanos(Instant time) {
        return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
    }

    private static String httpDate(Instant date) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(date.atOffset(ZoneOffset.UTC));
    }

    private void pass(long millis) {
        wall.advance(Duration.ofMillis(millis));
        ticker.addAndGet(millis(millis));
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
