package io.scopeguard.provider;

import io.scopeguard.time.SteadyClock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Compares the time at which a token was issued with the times of our own reads. Tokens are dated by the provider's clock, in
 * whole seconds; reads are dated by a {@link SteadyClock}. The {@code Date} of the provider's answers (RFC 9110 §6.6.1) links
 * the two: one answer leaves an uncertainty of a second and its own duration, further answers narrow it. Before the first
 * answer, the provider's clock is taken to agree with our wall clock.
 *
 * <p>A {@code Date} that contradicts the learned offset, or a frozen process, starts anew: times before that moment can no longer
 * be compared exactly ({@link Order#UNKNOWN}).
 *
 * <p>Thread-safe; comparisons take no lock.
 */
public final class ProviderClock {

    /** How a token's {@code iat} and a time of ours compare. */
    public enum Order {
        /** The token was certainly issued before that time. */
        BEFORE,
        /** It cannot be decided: the two lie too close together. */
        UNDECIDED,
        /** The token was certainly issued after that time. */
        AFTER,
        /** The time precedes a restart of this clock, and the token was not certainly issued after the restart. */
        UNKNOWN
    }

    /** Longer waits are not asked of clients. */
    public static final Duration MAX_WAIT = Duration.ofSeconds(3);

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** A provider's servers may differ by this much; beyond it an answer contradicts the earlier ones. */
    private static final long SERVER_SPREAD = TimeUnit.SECONDS.toNanos(2);

    /** A first {@code Date} further from our wall clock than this is a cached answer or a broken clock. */
    private static final long MAX_OFFSET = TimeUnit.MINUTES.toNanos(5);

    /** The assumed maximum difference between our wall clock and the provider's before the first answer. */
    private static final long UNCERTAINTY = TimeUnit.SECONDS.toNanos(5);

    /** By how much two clocks may diverge: one part in this many (200 ppm). */
    private static final long DRIFT = 5_000;

    private final SteadyClock clock;
    private volatile Offset offset;

    public ProviderClock(SteadyClock clock) {
        this.clock = clock;
        this.offset = guessed(clock, 0, Long.MIN_VALUE);
    }

    /** The clock that our own reads are dated by. */
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
     * How a token's time of issue compares with a time of ours.
     *
     * @param issuedAt the token's {@code iat}
     * @param time in nanoseconds of the steady clock
     */
    public Order compare(Instant issuedAt, long time) {
        return compare(epochNanos(issuedAt), time);
    }

    /**
     * How long a client must wait from now on so that the next token it gets is certainly issued after a time of ours, in
     * whole seconds; possibly longer than {@link #MAX_WAIT}.
     *
     * @param time in nanoseconds of the steady clock
     */
    public Duration waitUntilAfter(long time) {
        long now = clock.nanos();
        Offset known = current(now);
        long needed = ceilToSecond(known.latest(Math.max(time, known.validFrom), now));
        long missing = needed - known.earliest(now, now);
        return Duration.ofSeconds(Math.max(ceilDiv(missing), 0));
    }

    /**
     * The greatest age that a token can have now, or {@code null} if the provider gave no time within the last hour, or the
     * token is dated ahead of the provider's time.
     */
    public @Nullable Duration greatestAge(Instant issuedAt) {
        long now = clock.nanos();
        Offset known = current(now);
        long issued = epochNanos(issuedAt);
        boolean isCurrent = known.isLearned && now - known.learnedAt <= TimeUnit.HOURS.toNanos(1);
        return isCurrent && issued <= known.latest(now, now)
                ? Duration.ofNanos(Math.max(known.latest(now, now) - issued, 0))
                : null;
    }

    /** The latest that the provider's clock can have shown at a time of ours. */
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
     * @param now just read from the steady clock, which is when it notices a freeze
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
        return new Offset(ours - uncertainty, ours + uncertainty, now, validFrom, clock.freezes(), false);
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
     * @param validFrom from which time of ours on the bounds hold
     * @param isLearned whether it was learned from an answer, instead of assumed from our wall clock
     */
    private record Offset(long least, long most, long learnedAt, long validFrom, long freezes, boolean isLearned) {

        static Offset between(long date, long sent, long received, long freezes) {
            return new Offset(date - received, date + SECOND - sent, received, received, freezes, true);
        }

        Offset validFrom(long time) {
            return new Offset(least, most, learnedAt, time, freezes, isLearned);
        }

        long earliest(long time, long now) {
            return time + least - drift(now);
        }

        long latest(long time, long now) {
            return time + most + drift(now);
        }

        Offset widenedUntil(long now) {
            return new Offset(least - drift(now), most + drift(now), now, validFrom, freezes, isLearned);
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
            return new Offset(Math.min(low, high), Math.max(low, high), now, validFrom, freezes, true);
        }

        private long drift(long now) {
            return isLearned ? Math.max(now - learnedAt, 0) / DRIFT : 0;
        }
    }
}
