package io.scopeguard.remedy;

import io.scopeguard.token.AccessToken;
import io.scopeguard.token.IssuerClock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What one client of one subject was asked about one scope. Immutable.
 *
 * @param token the first that was asked
 * @param issuedAt when that was issued, by the issuer's clock
 * @param at when it was asked
 * @param isSeen whether somebody saw the scope come, so that its absence from a token is no intention
 * @param second another token that was asked, though it may have been an answer
 * @param consent the last time consent was asked for, if it was
 */
record Ask(
        String token,
        Instant issuedAt,
        Instant at,
        boolean isSeen,
        @Nullable String second,
        @Nullable Consent consent) {

    static Ask of(AccessToken token, Instant now) {
        return new Ask(token.fingerprint(), token.issuedAt(), now, false, null, null);
    }

    Ask seen(boolean isSeenNow) {
        return isSeenNow && !isSeen ? new Ask(token, issuedAt, at, true, second, consent) : this;
    }

    /**
     * Asks another token too. Whether one that was issued about when the first was asked is an answer, or another device's,
     * cannot be told: one such token has the benefit of the doubt, so that no chain of tokens is asked three times.
     */
    Ask alsoOf(AccessToken other, IssuerClock issuer) {
        return second == null && !isOf(other) && isDoubtful(other, issuer)
                ? new Ask(token, issuedAt, at, isSeen, other.fingerprint(), consent)
                : this;
    }

    /**
     * Whether this token was issued after the ask. Tokens are dated in whole seconds and clients wait for one at least, so that
     * an answer always bears a later second than the ask.
     */
    boolean isAnsweredBy(AccessToken other, IssuerClock issuer) {
        return !isOf(other)
                && !other.fingerprint().equals(second)
                && (other.issuedAt().isAfter(issuer.at(at)) || isDoubtful(other, issuer));
    }

    /** Asks for consent, unless it was asked of this token before, or too short a time ago. */
    Ask consenting(AccessToken other, Instant now) {
        if (consent != null && !consent.isOver(other, now)) {
            return this;
        }
        Duration pause = consent == null ? Consent.FIRST_PAUSE : consent.longerPause();
        return new Ask(token, issuedAt, at, isSeen, second, new Consent(other.fingerprint(), now, pause));
    }

    /** Whether consent is being asked of this token. */
    boolean isConsenting(AccessToken other, Instant now) {
        return consent != null && consent.isAsked(other, now);
    }

    /** How long to keep quiet about consent, once it was asked for. */
    Duration pause() {
        return consent == null ? Duration.ZERO : consent.pause;
    }

    private boolean isOf(AccessToken other) {
        return token.equals(other.fingerprint());
    }

    /** Issued later than the asked token, and no later than the ask by more than the clocks may differ. */
    private boolean isDoubtful(AccessToken other, IssuerClock issuer) {
        return other.issuedAt().isAfter(issuedAt)
                && !other.issuedAt().isAfter(issuer.at(at))
                && !issuer.isSurelyBefore(other, at);
    }

    /**
     * A request for consent.
     *
     * @param token of which it was asked
     * @param pause how long to leave other tokens alone
     */
    record Consent(String token, Instant at, Duration pause) {

        static final Duration FIRST_PAUSE = Duration.ofMinutes(5);

        private static final Duration LONGEST_PAUSE = Duration.ofDays(1);

        /** As long as responses to requests in parallel may say it again: the longest that a client waits before it acts. */
        private static final Duration REPEATED = Duration.ofSeconds(30);

        boolean isAsked(AccessToken other, Instant now) {
            return isOf(other) && now.isBefore(at.plus(REPEATED));
        }

        boolean isOver(AccessToken other, Instant now) {
            return !isOf(other) && !now.isBefore(at.plus(pause));
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
