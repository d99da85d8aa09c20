package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.User;
import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** ID tokens. They are signed with the same keys as access tokens, but have neither a type nor a client_id. */
final class IdTokens {

    private final UserClaims userClaims;
    private final Jwts jwts;
    private final Issuer issuer;
    private final Clock clock;

    IdTokens(UserClaims userClaims, Jwts jwts, Issuer issuer, Clock clock) {
        this.userClaims = userClaims;
        this.jwts = jwts;
        this.issuer = issuer;
        this.clock = clock;
    }

    String issue(User user, Grant grant, Collection<String> scopes) {
        long now = clock.instant().getEpochSecond();
        Map<String, @Nullable Object> claims = userClaims.idToken(user, scopes);
        if (grant.nonce() != null) {
            claims.put("nonce", grant.nonce());
        }
        claims.put("aud", grant.clientId());
        claims.put("exp", now + Grants.ACCESS_TOKEN_TTL.toSeconds());
        claims.put("iat", now);
        claims.put("iss", issuer.value());
        return jwts.idToken(claims);
    }
}
