package io.scopeguard.logto;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.PermissionChange.OfEverything;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.http.HmacSignature;
import io.scopeguard.scope.Audience;
import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes what Logto's webhooks deliver and turns it into changes: whose permissions to read again. A delivery is never taken for
 * a reading, so that a forged or repeated one could cost reads, but never give or take a right.
 *
 * <p>Nothing of a delivery is logged or kept but its signature. Thread-safe, and quick: nobody is asked anything.
 */
public final class LogtoWebhook {

    /** The request header that bears a delivery's signature. */
    public static final String SIGNATURE_HEADER = "logto-signature-sha-256";

    /** How large a delivery may be, in bytes. The longest lists of members need less than half of it. */
    public static final int MAX_BYTES = 1024 * 1024;

    static final String OTHER = "other";

    /** By how much a delivery's own time may differ from ours, either way. */
    private static final Duration WINDOW = Duration.ofMinutes(5);

    private static final int MAX_REMEMBERED = 10_000;

    private final HmacSignature signature;
    private final Consumer<PermissionChange> changes;
    private final ScopeCatalogue catalogue;
    private final Clock clock;
    private final SteadyClock steadyClock;
    private final Cache<String, Boolean> taken;
    private final Bucket untimely;
    private final Bucket flushes;

    /**
     * @param signingKeys of the hooks that deliver here
     * @param changes hears what changed; called on the delivering thread
     * @param catalogue is told of scopes that were made
     * @throws IllegalArgumentException if there is no key, or one is blank
     */
    LogtoWebhook(
            Collection<String> signingKeys,
            Consumer<PermissionChange> changes,
            ScopeCatalogue catalogue,
            Clock clock,
            SteadyClock steadyClock) {
        if (signingKeys.isEmpty() || signingKeys.stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("deliveries that nobody signs could come from anybody");
        }
        this.signature = new HmacSignature(signingKeys);
        this.changes = changes;
        this.catalogue = catalogue;
        this.clock = clock;
        this.steadyClock = steadyClock;
        // From the earliest time at which a delivery is timely to the latest.
        this.taken = Caffeine.newBuilder()
                .maximumSize(MAX_REMEMBERED)
                .expireAfterWrite(WINDOW.multipliedBy(2))
                .ticker(() -> nanos(clock))
                .build();
        this.untimely = atMost(60, Duration.ofMinutes(1));
        this.flushes = atMost(1, Duration.ofSeconds(10));
    }

    /**
     * Whether a signature has the form of one: 64 lower-case hexadecimal digits. Deliveries without one need not be read.
     *
     * @param signature the value of {@link #SIGNATURE_HEADER}
     */
    public static boolean isSignature(@Nullable String signature) {
        return HmacSignature.isWellFormed(signature);
    }

    /**
     * Takes one delivery.
     *
     * @param body as it came, byte for byte
     * @param signature the value of {@link #SIGNATURE_HEADER}
     */
    public Receipt receive(byte[] body, @Nullable String signature) {
        if (body.length > MAX_BYTES) {
            return Receipt.unread(Outcome.TOO_LARGE);
        }
        if (!this.signature.verifies(body, signature)) {
            return Receipt.unread(Outcome.WRONG_SIGNATURE);
        }
        return WebhookEvent.parse(body)
                .map(event -> new Receipt(take(event, Objects.requireNonNull(signature)), event.label()))
                .orElseGet(() -> Receipt.unread(Outcome.MALFORMED));
    }

    private Outcome take(WebhookEvent event, String digest) {
        if (!event.matters()) {
            return Outcome.IGNORED;
        }
        if (taken.asMap().putIfAbsent(digest, true) != null) {
            return Outcome.REPLAYED;
        }
        Outcome outcome = isTimely(event) ? apply(event) : applyUntimely(event);
        if (outcome == Outcome.LIMITED) {
            // It may come again, and then counts.
            taken.invalidate(digest);
        }
        return outcome;
    }

    private Outcome apply(WebhookEvent event) {
        event.createdScope().ifPresent(scope -> catalogue.created(Audience.ORGANIZATION, scope, steadyClock.nanos()));
        return tell(event.changes()) ? Outcome.APPLIED : Outcome.LIMITED;
    }

    /** Late, or a replay from before what is remembered. To read again is right either way; to call a scope new is not. */
    private Outcome applyUntimely(WebhookEvent event) {
        return untimely.tryConsume(1) && tell(event.changes()) ? Outcome.UNTIMELY : Outcome.LIMITED;
    }

    private boolean tell(List<PermissionChange> found) {
        if (found.contains(new OfEverything()) && !flushes.tryConsume(1)) {
            return false;
        }
        found.forEach(changes);
        return true;
    }

    private boolean isTimely(WebhookEvent event) {
        return event.createdAt().isAfter(clock.instant().minus(WINDOW))
                && event.createdAt().isBefore(clock.instant().plus(WINDOW));
    }

    private Bucket atMost(int times, Duration period) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(times).refillGreedy(times, period))
                .withCustomTimePrecision(new WallClock(clock))
                .build();
    }

    private static long nanos(Clock clock) {
        return TimeUnit.MILLISECONDS.toNanos(clock.millis());
    }

    /** What became of a delivery. */
    public enum Outcome {
        /** Whoever it concerns is read again when asked about. */
        APPLIED,
        /** The same, although its own time is far from ours: it is late, a clock is wrong, or it is an old one sent again. */
        UNTIMELY,
        /** Nobody's permissions hang on it. */
        IGNORED,
        /** It was taken before. */
        REPLAYED,
        /** Too many of its kind came: untimely ones, or such that concern everybody. */
        LIMITED,
        WRONG_SIGNATURE,
        /** Cut short, or rightly signed and no event. */
        MALFORMED,
        TOO_LARGE,
        /** The body did not arrive in time. */
        TOO_SLOW,
        /** Too many deliveries, or too many bytes of them, were on their way at once. */
        OVERLOADED
    }

    /**
     * What became of a delivery, for answer and metrics.
     *
     * @param event Logto's name of the event if it is one of those that matter here, else {@code other}
     */
    public record Receipt(Outcome outcome, String event) {

        /** Of a delivery that was refused before anybody knew its event. */
        public static Receipt unread(Outcome outcome) {
            return new Receipt(outcome, OTHER);
        }
    }

    private record WallClock(Clock clock) implements TimeMeter {

        @Override
        public long currentTimeNanos() {
            return nanos(clock);
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }
}
