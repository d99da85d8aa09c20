package io.scopeguard.redis;

import io.scopeguard.provider.ProviderClock.Bounds;
import io.scopeguard.time.SteadyClock;
import java.util.concurrent.TimeUnit;

/**
 * The Redis server's time, in microseconds since 1970, and its difference from our own. Replicas write times of the server. The
 * difference is measured with each heartbeat. Thread-safe.
 */
final class ServerClock {

    /** Before the first measurement, nothing is known. */
    private static final long UNKNOWN = TimeUnit.SECONDS.toNanos(30);

    /** Two clocks drift apart by one part in this many at most. */
    static final long DRIFT = 5_000;

    private final SteadyClock clock;
    private volatile Offset offset;
    private volatile boolean isKnown;

    /**
     * The server's time minus ours. To compare several times, convert all of them by the same difference: that keeps their order.
     *
     * @param uncertainty by how much the difference may be larger or smaller
     */
    record Offset(long nanos, long measuredAt, long uncertainty) {

        /** The server's time that is certainly not before a time of ours; the extremes stay extreme. */
        long latestMicros(long time) {
            if (time == Long.MIN_VALUE) {
                return 0;
            }
            return time == Long.MAX_VALUE ? FAR : TimeUnit.NANOSECONDS.toMicros(time + nanos + uncertainty) + 1;
        }

        /** The server's time that is certainly not after a time of ours. The smallest number is returned unchanged. */
        long earliestMicros(long time) {
            return time == Long.MIN_VALUE ? time : micros(time - uncertainty);
        }

        /** The time of ours that is certainly not after a time of the server's. The smallest number is returned unchanged. */
        long earliestNanos(long micros) {
            return micros == Long.MIN_VALUE ? micros : TimeUnit.MICROSECONDS.toNanos(micros) - nanos - uncertainty;
        }

        /** The time of ours that is certainly not before a time of the server's. */
        long latestNanos(long micros) {
            return TimeUnit.MICROSECONDS.toNanos(micros) - nanos + uncertainty;
        }

        /** Converts bounds of the provider's time minus ours to bounds of the provider's time minus the server's. */
        SharedBounds shared(Bounds bounds) {
            return new SharedBounds(
                    TimeUnit.NANOSECONDS.toMicros(bounds.least() - nanos - uncertainty) - 1,
                    TimeUnit.NANOSECONDS.toMicros(bounds.most() - nanos + uncertainty) + 1,
                    earliestMicros(bounds.answeredAt()));
        }

        /** The reverse of {@link #shared}. */
        Bounds bounds(SharedBounds shared) {
            return new Bounds(
                    TimeUnit.MICROSECONDS.toNanos(shared.least) + nanos - uncertainty,
                    TimeUnit.MICROSECONDS.toNanos(shared.most) + nanos + uncertainty,
                    earliestNanos(shared.answeredAt));
        }

        /** The server's most probable time. The smallest number is returned unchanged. */
        long micros(long time) {
            return time == Long.MIN_VALUE ? time : TimeUnit.NANOSECONDS.toMicros(time + nanos);
        }
    }

    /**
     * The bounds of the provider's clock that a replica has found, relative to the server's clock.
     *
     * @param least the lower bound of the provider's time minus the server's, in microseconds
     * @param most the upper bound
     * @param answeredAt when the provider last gave its time, in microseconds of the server
     */
    record SharedBounds(long least, long most, long answeredAt) {

        /** No replica has received an answer yet. */
        static final SharedBounds NONE = new SharedBounds(0, 0, 0);
    }

    /** Later than any time, and exact as a number in Lua. */
    private static final long FAR = 1L << 53;

    ServerClock(SteadyClock clock) {
        this.clock = clock;
        long now = clock.nanos();
        this.offset = new Offset(TimeUnit.MILLISECONDS.toNanos(clock.instant().toEpochMilli()) - now, now, UNKNOWN);
    }

    /**
     * Measures the difference by a response that contains the server's time.
     *
     * @param sent when the command was sent, in nanoseconds of the steady clock
     * @return whether the response contradicts earlier measurements: the clock was set, or another server responds
     */
    synchronized boolean learn(long serverMicros, long sent, long received) {
        // The server read its clock at some time between sending and receiving.
        long uncertainty = (received - sent) / 2 + 1;
        long nanos = TimeUnit.MICROSECONDS.toNanos(serverMicros) - (sent + (received - sent) / 2);
        Offset known = aged(offset, received);
        boolean isBetter = uncertainty <= known.uncertainty;
        // A clock was set, or another server has taken over.
        boolean isContradicted = Math.abs(nanos - known.nanos) > uncertainty + known.uncertainty;
        if (isBetter || isContradicted) {
            offset = new Offset(nanos, received, uncertainty);
        }
        isKnown = true;
        return isContradicted;
    }

    /** Whether the server's time was measured. Until then, it is our own. */
    boolean isKnown() {
        return isKnown;
    }

    private static Offset aged(Offset measured, long now) {
        long drift = Math.max(now - measured.measuredAt, 0) / DRIFT;
        return new Offset(measured.nanos, measured.measuredAt, measured.uncertainty + drift);
    }

    /** The current difference. */
    Offset offset() {
        return aged(offset, clock.nanos());
    }

    /** Converts a time of the steady clock to the server's time. The smallest number is returned unchanged. */
    long micros(long nanos) {
        return offset.micros(nanos);
    }

    /** Converts a time of the server to the steady clock. The smallest number is returned unchanged. */
    long nanos(long micros) {
        return micros == Long.MIN_VALUE ? micros : TimeUnit.MICROSECONDS.toNanos(micros) - offset.nanos;
    }

    /** Our time, in nanoseconds of the steady clock. */
    long nanos() {
        return clock.nanos();
    }

    /** The server's current time. */
    long micros() {
        return micros(clock.nanos());
    }
}
