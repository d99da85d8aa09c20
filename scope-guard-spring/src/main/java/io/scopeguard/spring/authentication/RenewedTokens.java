package io.scopeguard.spring.authentication;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.scopeguard.annotation.Internal;
import io.scopeguard.token.AccessToken;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;

/**
 * The newer tokens of sessions that were renewed. A session's messages carry the authentication of its handshake, on whatever
 * thread they are handled, so that the token is found by the identity of this object, and forgotten with it. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class RenewedTokens {

    private static final Cache<Authentication, AccessToken> TOKENS =
            Caffeine.newBuilder().weakKeys().executor(Runnable::run).build();

    private RenewedTokens() {}

    /** Lets an authentication go on with a newer token, if it was made from this first one. */
    public static void renew(Authentication authentication, AccessToken first, AccessToken newer) {
        AccessToken known = AccessTokenJwt.of(authentication);
        if (known != null && known.fingerprint().equals(first.fingerprint())) {
            TOKENS.put(authentication, newer);
        }
    }

    /** The token that an authentication was renewed with, or {@code null}. */
    static @Nullable AccessToken of(Authentication authentication) {
        return TOKENS.getIfPresent(authentication);
    }
}
