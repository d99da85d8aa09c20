package io.scopeguard.remedy;

import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The asks to one client for one scope in one series, which is a period in which the subject holds the scope without interruption.
 * Immutable.
 *
 * @param series the time since which the scope is held, in nanoseconds of the steady clock
 * @param newFrom with this time of issue or a later one, a token is certainly issued after that
 * @param consent the last request for consent, or {@code null} if only a refresh was asked for
 */
record PriorAsk(long series, Instant newFrom, @Nullable Consent consent) {

    /** The maximum number of granted responses that ask for consent in one series. */
    static final int MAX_HINTS = 3;

    /** An ask of another process. */
    static PriorAsk of(RecordedAsk ask) {
        RecordedAsk.Consent asked = ask.consent();
        return new PriorAsk(
                ask.series(),
                Instant.ofEpochSecond(ask.newFrom()),
                asked == null ? null : new Consent(asked.token(), asked.at(), asked.pause(), asked.hints()));
    }

    static PriorAsk refresh(long series, Instant newFrom) {
        return new PriorAsk(series, newFrom, null);
    }

    /** The same asks, in this process's time of the series. */
    PriorAsk inSeries(long ours) {
        return new PriorAsk(ours, newFrom, consent);
    }

    /** The pause after this ask, in which clients are not asked again. */
    Duration pause() {
        return consent == null ? Duration.ZERO : consent.pause;
    }

    /** Whether a granted response may ask for consent now: rule 5. */
    boolean allowsHint(AccessToken token, long now) {
        return consent == null
                || consent.isBeingAskedOf(token, now)
                || (consent.isOver(token, now) && consent.hints < MAX_HINTS);
    }

    /** The asks after a response asked this token's client for consent. */
    PriorAsk withConsent(AccessToken token, long now, boolean isHint) {
        if (consent != null && !consent.isOver(token, now)) {
            return this;
        }
        int hints = (consent == null ? 0 : consent.hints) + (isHint ? 1 : 0);
        Duration pause = consent == null ? Consent.FIRST_PAUSE : consent.longerPause();
        return new PriorAsk(series, newFrom, new Consent(token.fingerprint(), now, pause, hints));
    }

    /**
     * A request for consent.
     *
     * @param token the fingerprint of the token that the ask was about
     * @param at when, in nanoseconds of the steady clock
     * @param pause the time in which clients with other tokens are not asked
     * @param hints the number of granted responses that asked in this series; parallel responses count once
     */
    record Consent(String token, long at, Duration pause, int hints) {

        static final Duration FIRST_PAUSE = Duration.ofMinutes(5);

        private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

        /** The time in which parallel responses repeat an ask: a client may wait that long before it acts. */
        private static final long REPEATED = TimeUnit.SECONDS.toNanos(30);

        boolean isBeingAskedOf(AccessToken other, long now) {
            return isOf(other) && now - at < REPEATED;
        }

        boolean isOver(AccessToken other, long now) {
            return !isOf(other) && now - at >= pause.toNanos();
        }

        Duration longerPause() {
            Duration doubled = pause.multipliedBy(2);
            return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        }

        private boolean isOf(AccessToken other) {
            return token.equals(other.fingerprint());
        }
    }
}
