package io.scopeguard.provider.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionChange.OfEverything;
import io.scopeguard.time.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * Passes on the changes of authenticated deliveries. Each delivery counts once; deliveries that are untimely or affect all subjects
 * are limited. Bounded and thread-safe.
 */
public final class DeliveryIntake {

    /** The maximum difference between the time in a delivery and ours, in either direction. */
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private static final int MAX_REMEMBERED = 10_000;

    private final SteadyClock clock;
    private final Cache<String, Boolean> taken;
    private final Bucket untimely;
    private final Bucket flushes;

    /** @param clock compares the times of deliveries with its wall clock; a step of the wall clock changes no limit */
    public DeliveryIntake(SteadyClock clock) {
        this.clock = clock;
        // From the earliest time at which a delivery is timely to the latest.
        this.taken = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(WINDOW.multipliedBy(2))
                .ticker(clock::nanos)
                .build();
        this.untimely = atMost(60, Duration.ofMinutes(1));
        this.flushes = atMost(1, Duration.ofSeconds(10));
    }

    /**
     * Applies a delivery.
     *
     * @param id the id of the delivery, which is the same if the delivery is repeated
     * @param time the time of the event according to the provider
     * @param found the changes that the delivery reports
     * @param changes receives them if the delivery counts
     * @return {@link Outcome#APPLIED}, {@link Outcome#UNTIMELY}, {@link Outcome#REPLAYED} or {@link Outcome#LIMITED}
     */
    public Outcome take(String id, Instant time, List<PermissionChange> found, Consumer<PermissionChange> changes) {
        if (taken.asMap().putIfAbsent(id, true) != null) {
            return Outcome.REPLAYED;
        }
        boolean isTimely = isTimely(time);
        // A late delivery, or a replay of a forgotten one: in both cases, the facts are read again.
        if ((isTimely || untimely.tryConsume(1)) && passOn(found, changes)) {
            return isTimely ? Outcome.APPLIED : Outcome.UNTIMELY;
        }
        // If it is repeated later, it may be applied.
        taken.invalidate(id);
        return Outcome.LIMITED;
    }

    private boolean passOn(List<PermissionChange> found, Consumer<PermissionChange> changes) {
        if (found.contains(new OfEverything()) && !flushes.tryConsume(1)) {
            return false;
        }
        found.forEach(changes);
        return true;
    }

    private boolean isTimely(Instant time) {
        return time.isAfter(clock.instant().minus(WINDOW))
                && time.isBefore(clock.instant().plus(WINDOW));
    }

    private Bucket atMost(int times, Duration period) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(times).refillGreedy(times, period))
                .withCustomTimePrecision(new Elapsed(clock))
                .build();
    }

    private record Elapsed(SteadyClock clock) implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            return clock.nanos();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
