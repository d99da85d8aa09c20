package io.scopeguard.token;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * What the issuer's clock shows, by which {@code iat} is told: ours, moved by the offset that the {@code Date} of the issuer's
 * answers gives (RFC 9110 §6.6.1). A {@code Date} is a whole second, so one answer leaves more than a second open; together
 * they close in. Without any, the clocks are taken to agree. Thread-safe.
 */
public final class IssuerClock {

    /** By how much the issuer's servers may differ from one another, and from what we take their clock to be. */
    public static final Duration TOLERANCE = Duration.ofSeconds(5);

    private static final Duration GRANULARITY = Duration.ofSeconds(1);

    /** Beyond this a {@code Date} tells of a cached answer or of a broken clock; tokens would not verify either. */
    private static final Duration MAX_OFFSET = Duration.ofMinutes(5);

    private volatile @Nullable Offset offset;

    /**
     * Learns from an answer of the issuer.
     *
     * @param date its {@code Date}; what cannot be read, or be true, teaches nothing
     * @param sent when the request was sent, by our clock
     * @param received when the answer was there, by our clock
     */
    public void answered(String date, Instant sent, Instant received) {
        try {
            learn(Offset.between(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from), sent, received));
        } catch (DateTimeParseException e) {
            // Answers need no date.
        }
    }

    /** The earliest that the issuer's clock can have shown at a time of ours. */
    public Instant at(Instant ours) {
        Offset known = offset;
        return known == null ? ours : ours.plus(known.least);
    }

    /** Whether a token was issued before a time of ours, whatever the clocks. */
    public boolean isSurelyBefore(AccessToken token, Instant ours) {
        return at(ours).isAfter(token.issuedAt().plus(TOLERANCE));
    }

    /** Whether a token was issued after a time of ours, whatever the clocks. */
    public boolean isSurelyAfter(AccessToken token, Instant ours) {
        return token.issuedAt().isAfter(at(ours).plus(TOLERANCE));
    }

    private synchronized void learn(Offset sample) {
        Offset known = offset;
        if (sample.isPlausible()) {
            offset = known == null || !known.agreesWith(sample) ? sample : known.and(sample);
        }
    }

    /** The issuer's time less ours, between two bounds. */
    private record Offset(Duration least, Duration most) {

        static Offset between(Instant date, Instant sent, Instant received) {
            return new Offset(Duration.between(received, date), Duration.between(sent, date.plus(GRANULARITY)));
        }

        boolean isPlausible() {
            return least.compareTo(most) <= 0
                    && least.compareTo(MAX_OFFSET) <= 0
                    && most.compareTo(MAX_OFFSET.negated()) >= 0;
        }

        /** Otherwise one of the clocks was set since. */
        boolean agreesWith(Offset other) {
            return least.compareTo(other.most) <= 0 && other.least.compareTo(most) <= 0;
        }

        Offset and(Offset other) {
            return new Offset(
                    least.compareTo(other.least) >= 0 ? least : other.least,
                    most.compareTo(other.most) <= 0 ? most : other.most);
        }
    }
}
