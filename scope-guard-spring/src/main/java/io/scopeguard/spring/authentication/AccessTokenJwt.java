package io.scopeguard.spring.authentication;

import io.scopeguard.token.AccessToken;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.AbstractOAuth2TokenAuthenticationToken;

/**
 * A verified access token as Spring Security knows tokens and principals. A converter of the application's own must keep it as
 * the token or the principal of the authentication, as {@code JwtAuthenticationToken} does.
 *
 * @since 0.1
 */
public final class AccessTokenJwt extends Jwt implements OAuth2AuthenticatedPrincipal {

    private static final Map<String, Object> HEADERS = Map.of("typ", "at+jwt");

    private final transient AccessToken accessToken;
    private final transient Map<String, Object> claims;

    AccessTokenJwt(String tokenValue, AccessToken accessToken) {
        super(tokenValue, accessToken.issuedAt(), accessToken.expiresAt(), HEADERS, HEADERS);
        this.accessToken = accessToken;
        this.claims = Collections.unmodifiableMap(new ConvertedClaims(accessToken));
    }

    /** The claims as Spring Security converts them, once for each token. Few applications need them. */
    @Override
    public Map<String, Object> getClaims() {
        return claims;
    }

    /** The serialized form is an ordinary token, which proves nothing to a guard. */
    private Object writeReplace() {
        return new Jwt(getTokenValue(), getIssuedAt(), getExpiresAt(), getHeaders(), getClaims());
    }

    /** The verified token with its organization, audience and scopes. */
    public AccessToken accessToken() {
        return accessToken;
    }

    /** The subject, as the issuer names it. */
    @Override
    public String getName() {
        return accessToken.subject().id();
    }

    @Override
    public Map<String, Object> getAttributes() {
        return getClaims();
    }

    @Override
    public Collection<? extends GrantedAuthority> getAuthorities() {
        return List.of();
    }

    /** The verified token of an authentication, or {@code null} if it was made from something else. */
    public static @Nullable AccessToken of(@Nullable Authentication authentication) {
        if (authentication instanceof AbstractOAuth2TokenAuthenticationToken<?> bearer
                && bearer.getToken() instanceof AccessTokenJwt jwt) {
            return jwt.accessToken();
        }
        // Authentications of other types hold it as their principal, if at all: credentials are erased.
        return authentication != null && authentication.getPrincipal() instanceof AccessTokenJwt jwt
                ? jwt.accessToken()
                : null;
    }
}
