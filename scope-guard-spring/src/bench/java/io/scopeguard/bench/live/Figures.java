package io.scopeguard.bench.live;

import io.scopeguard.bench.live.tenant.Calls;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The evaluated observations of a period. Durations are in seconds, shares between 0 and 1.
 */
public final class Figures {

    /** The minimum number of requests for a second to be representative. */
    private static final int MIN_PER_SECOND = 50;

    private final List<Observation> seen;
    private final Calls calls;
    private final long from;
    private final double seconds;
    private final long[] ages;
    private final long[] waits;

    /**
     * @param from the beginning of the period
     * @param to the end of the period
     */
    Figures(List<Observation> seen, Calls calls, long from, long to) {
        this.seen = seen;
        this.calls = calls;
        this.from = from;
        this.seconds = (to - from) / 1e9;
        this.ages = sorted(Observation::isLive, Observation::age);
        this.waits = sorted(observation -> true, Observation::waited);
    }

    public int decisions() {
        return seen.size();
    }

    /** The share of decisions with live permissions. */
    public double live() {
        return share(seen);
    }

    /** The same share in the worst second. */
    public double worstSecond() {
        Map<Long, List<Observation>> bySecond =
                seen.stream().collect(Collectors.groupingBy(one -> TimeUnit.NANOSECONDS.toSeconds(one.start())));
        return bySecond.values().stream()
                .filter(second -> second.size() >= MIN_PER_SECOND)
                .mapToDouble(Figures::share)
                .min()
                .orElse(live());
    }

    /** The number of decisions before this time, and the number of those with live permissions. */
    public List<Long> madeBefore(long nanos) {
        return List.of(count(one -> one.end() < nanos), count(one -> one.end() < nanos && one.isLive()));
    }

    /** The age of the live permissions, by percentile. */
    public double age(double percentile) {
        return percentile(ages, percentile);
    }

    /** The duration of requests, by percentile. */
    public double waited(double percentile) {
        return percentile(waits, percentile);
    }

    /** The number of requests with at least this duration. */
    public long waitedAtLeast(double atLeast) {
        return Arrays.stream(waits).filter(wait -> wait / 1e9 >= atLeast).count();
    }

    /** The number of decisions that granted a right that had been lost for longer than promised. */
    public long wrongGrants(double promised) {
        return count(one -> one.lateness() / 1e9 > promised);
    }

    /**
     * The number of such decisions about rights that were lost before a certain time.
     *
     * @param lostBefore in nanoseconds
     */
    public long wrongGrants(double promised, long lostBefore) {
        return count(one -> one.lateness() / 1e9 > promised && one.start() - one.lateness() < lostBefore);
    }

    /** The longest time for which a lost right was still granted. */
    public double goneAfter() {
        return Math.max(seen.stream().mapToLong(Observation::lateness).max().orElse(0), 0) / 1e9;
    }

    /**
     * The time of the last grant of a right that was lost before the period, since the beginning of the period; 0 if there was
     * none.
     */
    public double wronglyGrantedFor() {
        return seen.stream()
                .filter(one -> one.lateness() > one.start() - from)
                .mapToDouble(one -> (one.end() - from) / 1e9)
                .max()
                .orElse(0);
    }

    /** The number of decisions that denied a right that was never lost. */
    public long wrongRefusals() {
        return count(Observation::isRefusedThoughNeverLost);
    }

    /** The number of decisions that reported the loss of a right that was never lost. */
    public long wrongDemotions() {
        return count(Observation::isDemotedThoughNeverLost);
    }

    /** The number of denials because of unknown permissions. */
    public long unavailable() {
        return count(Observation::isUnavailable);
    }

    public long granted() {
        return count(Observation::isGranted);
    }

    public Calls calls() {
        return calls;
    }

    public double callsPerSecond() {
        return calls.total() / seconds;
    }

    private long count(Predicate<Observation> kind) {
        return seen.stream().filter(kind).count();
    }

    private static double share(List<Observation> some) {
        return some.isEmpty()
                ? 1
                : (double) some.stream().filter(Observation::isLive).count() / some.size();
    }

    private long[] sorted(Predicate<Observation> kind, ToLongFunction<Observation> value) {
        return seen.stream().filter(kind).mapToLong(value).sorted().toArray();
    }

    private static double percentile(long[] sorted, double percentile) {
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.max(Math.ceil(percentile / 100 * sorted.length) - 1, 0)] / 1e9;
    }
}
