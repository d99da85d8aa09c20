package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.spring.authentication.AccessTokenHolder;
import io.scopeguard.token.AccessToken;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;

/**
 * Finds the token with which a method is called. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class CallToken {

    private final Clock clock;
    private final Duration clockSkew;

    /**
     * @param clock by which tokens expire
     * @param clockSkew by how much it may differ from the provider's
     */
    public CallToken(Clock clock, Duration clockSkew) {
        this.clock = clock;
        this.clockSkew = clockSkew;
    }

    /**
     * The token of the current authentication, or the one that its session was renewed with; {@code null} if the authentication was
     * not made from a verified access token.
     *
     * @throws InvalidBearerTokenException if the token has expired since the request or session that it came with began
     */
    public @Nullable AccessToken get() {
        AccessToken token = AccessTokenHolder.latest();
        if (token != null && isExpired(token)) {
            InvalidTokenException expired = new InvalidTokenException(Reason.EXPIRED, "The token has expired.");
            throw new InvalidBearerTokenException(expired.description(), expired);
        }
        return token;
    }

    /** Whether a token has expired by now. */
    public boolean isExpired(AccessToken token) {
        return clock.instant().isAfter(token.expiresAt().plus(clockSkew));
    }
}
