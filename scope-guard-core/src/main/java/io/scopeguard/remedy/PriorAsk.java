package io.scopeguard.remedy;

import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The asks to one client for one scope in one series, which is a period in which the subject holds the scope without interruption.
 * Immutable.
 *
 * @param series the time since which the scope is held, in nanoseconds of the steady clock
 * @param newFrom with this time of issue or a later one, a token is certainly issued after that
 * @param consent the requests for consent, or {@code null} if only a refresh was asked for
 */
record PriorAsk(long series, Instant newFrom, @Nullable Consent consent) {

    /** An ask of another process. */
    static PriorAsk of(RecordedAsk ask) {
        RecordedAsk.Consent asked = ask.consent();
        return new PriorAsk(
                ask.series(),
                Instant.ofEpochSecond(ask.newFrom()),
                asked == null ? null : new Consent(asked.tokens(), asked.at(), asked.pause()));
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
        return consent == null || consent.isBeingAskedOf(token, now) || consent.allowsFurther(token, now);
    }

    /** The asks after a response asked this token's client for consent. */
    PriorAsk withConsent(AccessToken token, long now) {
        Consent next = consent == null ? Consent.first(token, now) : consent.with(token, now);
        return next.equals(consent) ? this : new PriorAsk(series, newFrom, next);
    }

    /** The same asks, and those that another process made at the same time. */
    PriorAsk withTokensOf(Consent other) {
        return consent == null ? this : new PriorAsk(series, newFrom, consent.withTokensOf(other));
    }

    /**
     * The requests for consent in one series.
     *
     * @param tokens the fingerprints of the tokens that the asks were about, the last ask's first; once there are
     *     {@value #MAX_TOKENS}, no granted response asks any more, and no further token is recorded
     * @param at when the first of these tokens was asked, in nanoseconds of the steady clock
     * @param pause the time from then in which clients with other tokens are not asked
     */
    record Consent(List<String> tokens, long at, Duration pause) {

        /** The maximum number of tokens whose clients are asked in one series. */
        static final int MAX_TOKENS = 3;

        static final Duration FIRST_PAUSE = Duration.ofMinutes(5);

        private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

        /** The time in which parallel responses repeat an ask: a client may wait that long before it acts. */
        private static final long REPEATED = TimeUnit.SECONDS.toNanos(30);

        Consent {
            tokens = List.copyOf(tokens);
        }

        static Consent first(AccessToken token, long now) {
            return new Consent(List.of(token.fingerprint()), now, FIRST_PAUSE);
        }

        boolean isBeingAskedOf(AccessToken token, long now) {
            return tokens.get(0).equals(token.fingerprint()) && now - at < REPEATED;
        }

        boolean allowsFurther(AccessToken token, long now) {
            return isRecordable(token) && isOver(now);
        }

        /** The requests after another one. A denied request is told its remedy in the pause, too, which does not extend the pause. */
        Consent with(AccessToken token, long now) {
            if (!isRecordable(token)) {
                return this;
            }
            List<String> more = new ArrayList<>(tokens);
            if (!isOver(now)) {
                more.add(token.fingerprint());
                return new Consent(more, at, pause);
            }
            more.add(0, token.fingerprint());
            return new Consent(more, now, longerPause());
        }

        private Consent withTokensOf(Consent other) {
            List<String> all = Stream.concat(tokens.stream(), other.tokens.stream())
                    .distinct()
                    .limit(MAX_TOKENS)
                    .toList();
            return new Consent(all, at, pause);
        }

        private boolean isRecordable(AccessToken token) {
            return tokens.size() < MAX_TOKENS && !tokens.contains(token.fingerprint());
        }

        private boolean isOver(long now) {
            return now - at >= pause.toNanos();
        }

        private Duration longerPause() {
            Duration doubled = pause.multipliedBy(2);
            return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        }
    }
}
