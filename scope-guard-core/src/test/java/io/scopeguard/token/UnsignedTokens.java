package io.scopeguard.token;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenClaims;
import io.scopeguard.provider.TokenContent;
import io.scopeguard.provider.TokenGrant;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Tokens in the state after verification, for tests that need more tokens than can be signed in reasonable time. */
public final class UnsignedTokens {

    private UnsignedTokens() {}

    /** An organization token of a user, valid for an hour. */
    public static AccessToken organization(
            String organization, String user, String id, Instant issuedAt, Scopes scopes) {
        TokenContent content = new TokenContent(
                new Subject(Subject.Type.USER, user),
                "page",
                null,
                id,
                List.of(TokenGrant.of(Audience.ORGANIZATION, organization, scopes)));
        Map<String, Object> claims = Map.of(
                "iss",
                "https://tenant.example.test/oidc",
                "sub",
                user,
                "jti",
                id,
                "iat",
                issuedAt.getEpochSecond(),
                "exp",
                issuedAt.getEpochSecond() + 3_600);
        return AccessToken.of(content, new TokenClaims(claims), JSONObjectUtils.toJSONString(claims), "c2lnbmF0dXJl");
    }
}
