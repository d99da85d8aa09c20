package io.scopeguard.time;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Elapsed time for measuring ages. A step of the wall clock backwards changes nothing. If the wall clock gains on the ticker, the
 * process was frozen (a paused machine, a suspended function) or the clock was set forward. The two cannot be distinguished, so
 * both count as elapsed time, and nothing looks fresher than it is. A gain of more than five seconds at once is reported as a
 * freeze.
 *
 * <p>Thread-safe. Reading the time takes no lock, except in the moment in which such a gain is first noticed.
 *
 * @since 0.1
 */
public final class SteadyClock {

    private static final long FREEZE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** The wall clock's lead is tracked in steps of this size. Smaller gains count once their sum exceeds it. */
    private static final long TRACKING_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The threshold below which a pause of a thread between two readings does not count as a gain. */
    private static final long MAX_PAUSE_NANOS = TRACKING_NANOS / 2;

    private final Clock wall;
    private final Ticker ticker;
    private final long origin;

    private final List<Runnable> freezeListeners = new CopyOnWriteArrayList<>();

    private volatile State state;

    /**
     * @param wall the wall clock, in millisecond precision at least
     * @param ticker a monotonic source of nanoseconds, such as {@link Ticker#systemTicker()}
     */
    public SteadyClock(Clock wall, Ticker ticker) {
        this.wall = wall;
        this.ticker = ticker;
        this.origin = ticker.read();
        this.state = new State(0, wallNanos());
    }

    /** A clock with the system's time sources. */
    public static SteadyClock system() {
        return new SteadyClock(Clock.systemUTC(), Ticker.systemTicker());
    }

    /** Nanoseconds since this clock was created, including time during which the process was frozen. Never decreases. */
    public long nanos() {
        long elapsed = ticker.read() - origin;
        long lead = wallNanos() - elapsed;
        State known = state;
        return Math.abs(lead - known.lead) <= TRACKING_NANOS ? elapsed + known.gain : follow();
    }

    /** The wall clock, for the times in tokens. Never compare ages with it. */
    public Clock wallClock() {
        return wall;
    }

    /** The wall clock's time, for people and clients. Never compare ages with it. */
    public Instant instant() {
        return wall.instant();
    }

    /** The elapsed time since an earlier reading of {@link #nanos}, or zero if that is in the future. */
    public Duration since(long nanos) {
        return Duration.ofNanos(Math.max(nanos() - nanos, 0));
    }

    /**
     * The number of times that the process was found frozen for more than five seconds, or its wall clock set forward by as much.
     */
    public long freezes() {
        return state.freezes;
    }

    /**
     * Runs an action each time a freeze is noticed, on the thread that reads the clock: it must return at once. It may run more
     * than once for one freeze, and is never removed.
     */
    public void onFreeze(Runnable action) {
        freezeListeners.add(action);
    }

    private long follow() {
        long known = state.freezes;
        long now = compared();
        if (state.freezes != known) {
            freezeListeners.forEach(Runnable::run);
        }
        return now;
    }

    /** Reads both clocks again, because a pause of the thread between two readings is not a freeze. */
    private synchronized long compared() {
        long elapsed;
        long lead;
        do {
            elapsed = ticker.read() - origin;
            lead = wallNanos() - elapsed;
        } while (ticker.read() - origin - elapsed > MAX_PAUSE_NANOS);
        return elapsed + followed(lead).gain;
    }

    private State followed(long lead) {
        State known = state;
        if (Math.abs(lead - known.lead) > TRACKING_NANOS) {
            long gained = Math.max(lead - known.lead, 0);
            state = new State(known.gain + gained, lead, gained > FREEZE_NANOS ? known.freezes + 1 : known.freezes);
        }
        return state;
    }

    private long wallNanos() {
        return TimeUnit.MILLISECONDS.toNanos(wall.millis());
    }

    /**
     * @param gain the sum of the wall clock's gains on the ticker
     * @param lead the wall clock's time minus the ticker's, at the last reading
     */
    private record State(long gain, long lead, long freezes) {

        State(long gain, long lead) {
            this(gain, lead, 0);
        }
    }
}
