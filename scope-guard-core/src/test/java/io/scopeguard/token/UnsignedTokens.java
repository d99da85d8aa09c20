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
import java.util.function.Function;

/** Tokens in the state after verification, for tests that need more tokens than can be signed in reasonable time. */
public final class UnsignedTokens {

    private UnsignedTokens() {}

    /** An organization token of a user, valid for an hour. */
    public static AccessToken organization(
            String organization, String user, String id, Instant issuedAt, Scopes scopes) {
        return organization(organization, user, id, issuedAt, scopes, JSONObjectUtils::toJSONString);
    }

    /** Such a token whose claims cannot be parsed any more. */
    public static AccessToken withoutClaims(String organization, String user, Instant issuedAt) {
        return organization(organization, user, "id", issuedAt, Scopes.none(), claims -> "");
    }

    private static AccessToken organization(
            String organization,
            String user,
            String id,
            Instant issuedAt,
            Scopes scopes,
            Function<Map<String, Object>, String> json) {
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
        return AccessToken.of(content, new TokenClaims(claims), json.apply(claims), "c2lnbmF0dXJl");
    }
}
