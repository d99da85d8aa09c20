package io.scopeguard;

import io.scopeguard.token.AccessToken;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The end of a watched access. Immutable.
 *
 * @param reason the cause
 * @param token the token of the last grant
 * @param decision the denial that the same request would receive now, with drift and advice; {@code null} if no decision ends the
 *     access
 * @param isEnforced whether the access must end. In the modes that deny nothing ({@link Mode#OBSERVE}, {@link Mode#SIGNAL}) this is
 *     only a report, and the access goes on.
 * @param at when the access ended or would have ended
 * @since 0.1
 */
public record WatchEnd(
        Reason reason, AccessToken token, @Nullable Decision decision, boolean isEnforced, Instant at) {

    /** The causes of an end. */
    public enum Reason {
        /** The token has expired, and was not renewed. */
        EXPIRED,
        /** A required scope was revoked. */
        INSUFFICIENT_SCOPE,
        /** A required role was revoked. */
        INSUFFICIENT_ROLE,
        /** The subject has left the organization, or was removed from it. */
        NOT_A_MEMBER,
        /** The subject was suspended or deleted. */
        SUBJECT_INACTIVE,
        /** The application called {@link Watch#end()}. */
        APPLICATION
    }

    static WatchEnd lost(Denial denial, Decision decision, boolean isEnforced, Instant at) {
        Reason reason = switch (denial) {
            case INSUFFICIENT_SCOPE -> Reason.INSUFFICIENT_SCOPE;
            case INSUFFICIENT_ROLE -> Reason.INSUFFICIENT_ROLE;
            case NOT_A_MEMBER -> Reason.NOT_A_MEMBER;
            case SUBJECT_INACTIVE -> Reason.SUBJECT_INACTIVE;
            case ORGANIZATION_MISMATCH, WRONG_TOKEN_KIND, PERMISSIONS_UNAVAILABLE ->
                throw new IllegalArgumentException(denial + " is not a loss");
        };
        return new WatchEnd(reason, decision.token(), decision, isEnforced, at);
    }
}
