package io.scopeguard.provider;

import io.scopeguard.annotation.Internal;
import io.scopeguard.time.SteadyClock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Compares the time at which a token was issued with the times of our own reads. Tokens are dated by the provider's clock, in whole
 * seconds; reads are dated by a {@link SteadyClock}. The {@code Date} of the provider's answers (RFC 9110 §6.6.1) links the two:
 * one answer leaves an uncertainty of a second and its own duration, further answers narrow it. Before the first answer, the
 * provider's clock is assumed to agree with our wall clock.
 *
 * <p>A {@code Date} that contradicts the learned offset, or a freeze of the process, restarts this clock: times before the restart
 * can no longer be compared exactly ({@link Order#UNKNOWN}).
 *
 * <p>Thread-safe; comparisons take no lock.
 *
 * @since 0.1
 */
public final class ProviderClock {

    /** The order of a token's {@code iat} and a time of ours. */
    public enum Order {
        /** The token was certainly issued before that time. */
        BEFORE,
        /** Undecided: the two times are too close together. */
        UNDECIDED,
        /** The token was certainly issued after that time. */
        AFTER,
        /** The time precedes a restart of this clock, and the token was not certainly issued after the restart. */
        UNKNOWN
    }

    /** The longest wait that clients are asked for. */
    public static final Duration MAX_WAIT = Duration.ofSeconds(3);

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** The maximum difference between the servers of a provider. Beyond it, an answer contradicts earlier ones. */
    private static final long SERVER_SPREAD = TimeUnit.SECONDS.toNanos(2);

    /**
     * The maximum difference between the first {@code Date} and our wall clock. Beyond it, the answer is cached or a clock is
     * wrong.
     */
    private static final long MAX_OFFSET = TimeUnit.MINUTES.toNanos(5);

    /** The assumed maximum difference between our wall clock and the provider's before the first answer. */
    private static final long UNCERTAINTY = TimeUnit.SECONDS.toNanos(5);

    /** The divisor of the maximum drift between two clocks (200 ppm). */
    private static final long DRIFT = 5_000;

    /**
     * Two replicas that exchange histories and bounds mostly differ by less than this: their histories are exact to a tenth of a
     * second. Clients wait until the next token is new for both.
     */
    private static final long REPLICA_SPREAD = TimeUnit.MILLISECONDS.toNanos(120);

    private final SteadyClock clock;
    private volatile Offset offset;

    public ProviderClock(SteadyClock clock) {
        this.clock = clock;
        this.offset = guessed(clock, 0, Long.MIN_VALUE);
    }

    /**
     * Two bounds of the difference between the provider's clock and our steady clock. Replicas that share answers also share these
     * bounds, because most answers reach only one of them.
     *
     * @param least the lower bound now, in nanoseconds since 1970
     * @param most the upper bound now
     * @param answeredAt when the provider last gave its time, in nanoseconds of the steady clock
     * @hidden
     */
    @Internal
    public record Bounds(long least, long most, long answeredAt) {}

    /** The clock that dates our own reads. */
    public SteadyClock steady() {
        return clock;
    }

    /**
     * Learns from one of the provider's answers.
     *
     * @param date the value of its {@code Date} header; an unreadable or implausible one is ignored
     * @param sent when the request was sent, in nanoseconds of the steady clock
     * @param received when the answer arrived, likewise
     */
    public void answered(String date, long sent, long received) {
        Instant time = parse(date);
        if (time != null) {
            answered(time, sent, received);
        }
    }

    /**
     * Learns from a time that one of the provider's answers contains.
     *
     * @param time at which the provider made the answer, in whole seconds, rounded down; an implausible one is ignored
     * @param sent when the request was sent, in nanoseconds of the steady clock
     * @param received when the answer arrived, likewise
     */
    public void answered(Instant time, long sent, long received) {
        if (sent <= received) {
            learn(Offset.between(epochNanos(time), sent, received, clock.freezes()));
        }
    }

    /**
     * The bounds at this moment, or {@code null} before the provider's first answer.
     *
     * @hidden
     */
    @Internal
    public @Nullable Bounds bounds() {
        long now = clock.nanos();
        Offset known = current(now).widenedUntil(now);
        return known.isLearned ? new Bounds(known.least, known.most, known.answeredAt) : null;
    }

    /**
     * Takes the bounds of another replica into account. They can narrow our own bounds; if they contradict them, they are ignored.
     * Before the provider's first answer, our own bounds are five seconds before and after our wall clock.
     *
     * @hidden
     */
    @Internal
    public synchronized void narrow(Bounds shared) {
        long now = clock.nanos();
        Offset known = current(now);
        Offset own = known.isLearned ? known.widenedUntil(now) : guessed(clock, UNCERTAINTY, known.validFrom);
        Offset other = new Offset(
                shared.least, shared.most, now, known.validFrom, Math.min(shared.answeredAt, now), known.freezes, true);
        if (own.overlaps(other)) {
            offset = own.joinedWith(other, now);
        }
    }

    /**
     * Compares a token's time of issue with a time of ours.
     *
     * @param issuedAt the token's {@code iat}
     * @param time in nanoseconds of the steady clock
     */
    public Order compare(Instant issuedAt, long time) {
        return compare(epochNanos(issuedAt), time);
    }

    /**
     * The time that a client must wait from now on so that its next token is certainly issued after a time of ours, in whole
     * seconds; possibly longer than {@link #MAX_WAIT}.
     *
     * @param time in nanoseconds of the steady clock
     */
    public Duration waitUntilAfter(long time) {
        long now = clock.nanos();
        Offset known = current(now);
        long missing = firstAfter(time, known, now) - known.earliest(now, now);
        return Duration.ofSeconds(Math.max(ceilDiv(missing), 0));
    }

    /**
     * The earliest time of issue with which a token is certainly issued after a time of ours, in whole seconds.
     *
     * @param time in nanoseconds of the steady clock
     */
    public Instant firstAfter(long time) {
        long now = clock.nanos();
        return instant(firstAfter(time, current(now), now));
    }

    private static long firstAfter(long time, Offset known, long now) {
        return ceilToSecond(known.latest(Math.max(time, known.validFrom), now) + REPLICA_SPREAD);
    }

    /**
     * The maximum possible age of a token now, or {@code null} if the provider gave no time within the last hour, or the token is
     * dated ahead of the provider's time.
     */
    public @Nullable Duration greatestAge(Instant issuedAt) {
        long now = clock.nanos();
        Offset known = current(now);
        long issued = epochNanos(issuedAt);
        boolean isCurrent = known.isLearned && now - known.answeredAt <= TimeUnit.HOURS.toNanos(1);
        return isCurrent && issued <= known.latest(now, now)
                ? Duration.ofNanos(Math.max(known.latest(now, now) - issued, 0))
                : null;
    }

    /** The latest possible time of the provider's clock at a time of ours. */
    public Instant latest(long time) {
        long now = clock.nanos();
        return instant(current(now).latest(time, now));
    }

    private Order compare(long issued, long time) {
        long now = clock.nanos();
        Offset known = current(now);
        if (issued >= known.latest(Math.max(time, known.validFrom), now)) {
            return Order.AFTER;
        }
        if (time < known.validFrom) {
            return Order.UNKNOWN;
        }
        return issued + SECOND <= known.earliest(time, now) ? Order.BEFORE : Order.UNDECIDED;
    }

    /**
     * The learned offset, if it is still valid. After a freeze, the provider's clock may have changed.
     *
     * @param now just read from the steady clock, because that detects a freeze
     */
    private Offset current(long now) {
        Offset known = offset;
        return known.freezes == clock.freezes() ? known : restart(now);
    }

    private synchronized Offset restart(long now) {
        if (offset.freezes != clock.freezes()) {
            offset = guessed(clock, UNCERTAINTY, now);
        }
        return offset;
    }

    private synchronized void learn(Offset sample) {
        long now = clock.nanos();
        Offset known = current(now);
        if (sample.freezes != known.freezes) {
            return;
        }
        if (!known.isLearned) {
            offset = isPlausible(sample, now) ? sample.validFrom(known.validFrom) : known;
        } else if (known.widenedUntil(now).isNear(sample)) {
            offset = known.widenedUntil(now).joinedWith(sample, now);
        } else if (isPlausible(sample, now)) {
            offset = sample.validFrom(sample.learnedAt);
        }
    }

    private boolean isPlausible(Offset sample, long now) {
        long ours = epochNanos(clock.instant()) - now;
        return sample.least - MAX_OFFSET <= ours && ours <= sample.most + MAX_OFFSET;
    }

    private static Offset guessed(SteadyClock clock, long uncertainty, long validFrom) {
        long now = clock.nanos();
        long ours = epochNanos(clock.instant()) - now;
        return new Offset(ours - uncertainty, ours + uncertainty, now, validFrom, now, clock.freezes(), false);
    }

    private static @Nullable Instant parse(String date) {
        try {
            return DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static long ceilDiv(long nanos) {
        return -Math.floorDiv(-nanos, SECOND);
    }

    private static long ceilToSecond(long nanos) {
        return ceilDiv(nanos) * SECOND;
    }

    /** Times outside of the range of a long (before 1678, after 2262) become the nearest time within it. */
    private static long epochNanos(Instant time) {
        long seconds =
                Math.max(Math.min(time.getEpochSecond(), Long.MAX_VALUE / SECOND - 1), Long.MIN_VALUE / SECOND + 1);
        return seconds * SECOND + time.getNano();
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
    }

    /**
     * The provider's time, in nanoseconds since 1970, less the steady clock's: a value between two bounds.
     *
     * @param learnedAt when the bounds were as narrow as this
     * @param validFrom the time of ours from which the bounds hold
     * @param answeredAt when the provider last gave its time
     * @param isLearned whether it was learned from an answer, instead of assumed from our wall clock
     */
    private record Offset(
            long least, long most, long learnedAt, long validFrom, long answeredAt, long freezes, boolean isLearned) {

        static Offset between(long date, long sent, long received, long freezes) {
            return new Offset(date - received, date + SECOND - sent, received, received, received, freezes, true);
        }

        Offset validFrom(long time) {
            return new Offset(least, most, learnedAt, time, answeredAt, freezes, isLearned);
        }

        long earliest(long time, long now) {
            return time + least - drift(now);
        }

        long latest(long time, long now) {
            return time + most + drift(now);
        }

        Offset widenedUntil(long now) {
            return new Offset(least - drift(now), most + drift(now), now, validFrom, answeredAt, freezes, isLearned);
        }

        boolean overlaps(Offset sample) {
            return Math.max(least, sample.least) <= Math.min(most, sample.most);
        }

        boolean isNear(Offset sample) {
            return least <= sample.most + SERVER_SPREAD && sample.least - SERVER_SPREAD <= most;
        }

        /**
         * The intersection of both. If they exclude each other by a little, the provider's servers differ, and either may be right.
         */
        Offset joinedWith(Offset sample, long now) {
            long low = Math.max(least, sample.least);
            long high = Math.min(most, sample.most);
            return new Offset(
                    Math.min(low, high),
                    Math.max(low, high),
                    now,
                    validFrom,
                    Math.max(answeredAt, sample.answeredAt),
                    freezes,
                    true);
        }

        private long drift(long now) {
            return isLearned ? Math.max(now - learnedAt, 0) / DRIFT : 0;
        }
    }
}
