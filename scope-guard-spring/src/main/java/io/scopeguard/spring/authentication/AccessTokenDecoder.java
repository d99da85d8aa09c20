package io.scopeguard.spring.authentication;

import io.scopeguard.ScopeGuard;
import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.KeysUnavailableException;
import io.scopeguard.token.TokenValue;
import java.util.Locale;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Lets Spring Security verify access tokens by a {@link ScopeGuard}. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class AccessTokenDecoder implements JwtDecoder {

    private final ScopeGuard guard;
    private final VerificationListener listener;

    private final TokenValue<AccessTokenJwt> jwts = new TokenValue<>();

    /** @param listener receives the outcome of each verification */
    public AccessTokenDecoder(ScopeGuard guard, VerificationListener listener) {
        this.guard = guard;
        this.listener = listener;
    }

    /**
     * Verifies a token.
     *
     * @throws BadJwtException if the token is invalid; the cause contains the reason
     * @throws SigningKeysUnavailableException if the token cannot be verified at the moment
     */
    @Override
    public Jwt decode(String token) {
        String outcome = "error";
        String issuer = null;
        try {
            AccessToken verified = guard.verify(token);
            AccessTokenJwt jwt = jwt(token, verified);
            outcome = "valid";
            issuer = verified.issuer();
            AccessTokenHolder.set(verified);
            return jwt;
        } catch (InvalidTokenException e) {
            outcome = e.reason().name().toLowerCase(Locale.ROOT);
            issuer = AccessTokenVerifier.unverifiedIssuer(token);
            throw new BadJwtException(e.description(), e);
        } catch (KeysUnavailableException e) {
            outcome = "keys_unavailable";
            issuer = AccessTokenVerifier.unverifiedIssuer(token);
            throw new SigningKeysUnavailableException(e);
        } finally {
            listener.verified(outcome, issuer);
        }
    }

    private AccessTokenJwt jwt(String token, AccessToken verified) {
        AccessTokenJwt known = jwts.get(verified);
        return known == null ? jwts.set(verified, new AccessTokenJwt(token, verified)) : known;
    }
}
