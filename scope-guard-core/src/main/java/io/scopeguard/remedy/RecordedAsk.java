package io.scopeguard.remedy;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.PermissionKey;
import java.time.Duration;
import java.util.List;
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
 * @param consent the requests for consent, or {@code null} if the client was asked for a refresh only
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
     * The requests for consent in one series.
     *
     * @param tokens the fingerprints of the tokens whose clients were asked, at least one; the last ask's first
     * @param at the time at which the first of these tokens was asked
     * @param pause the time from then in which clients with other tokens are not asked
     * @hidden
     */
    public record Consent(List<String> tokens, long at, Duration pause) {

        /**
         * Copies the list.
         *
         * @throws IllegalArgumentException if there is no token
         */
        public Consent {
            tokens = List.copyOf(tokens);
            if (tokens.isEmpty()) {
                throw new IllegalArgumentException("a request for consent is about a token");
            }
        }
    }
}
