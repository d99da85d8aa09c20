package io.scopeguard.remedy;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.PermissionKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The remedy that one client was asked for about one scope. Times are nanoseconds of the steady clock.
 *
 * @param issuer of the token
 * @param subject the subject of the token, with its organization and audience
 * @param clientId of the client
 * @param scope the scope that the token lacks
 * @param series the time since which the subject holds the scope
 * @param newFrom with this time of issue or a later one, a token is certainly issued after that, in seconds since 1970
 * @param life the lifetime of tokens of this kind
 * @param consent the last request for consent, or {@code null} if the client was asked for a refresh only
 * @hidden
 */
@Internal
public record RecordedAsk(
        String issuer,
        PermissionKey subject,
        String clientId,
        String scope,
        long series,
        long newFrom,
        Duration life,
        @Nullable Consent consent) {

    /**
     * A request for consent.
     *
     * @param token the fingerprint of the token whose client was asked
     * @param at the time of the request
     * @param pause the time in which clients with other tokens are not asked
     * @param hints the number of granted responses that asked in this series
     * @hidden
     */
    public record Consent(String token, long at, Duration pause, int hints) {}
}
