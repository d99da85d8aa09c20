package io.scopeguard.logtobox.oidc;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The body of a successful token response, with members in Logto's order. */
final class TokenResponse {

    private final Map<String, Object> body = new LinkedHashMap<>();

    private TokenResponse(String accessToken, long expiresIn) {
        body.put("access_token", accessToken);
        body.put("expires_in", expiresIn);
    }

    static TokenResponse forUser(
            String accessToken, long expiresIn, @Nullable String idToken, @Nullable String refreshToken, String scope) {
        TokenResponse response = new TokenResponse(accessToken, expiresIn);
        if (idToken != null) {
            response.body.put("id_token", idToken);
        }
        if (refreshToken != null) {
            response.body.put("refresh_token", refreshToken);
        }
        response.body.put("scope", scope);
        response.body.put("token_type", "Bearer");
        return response;
    }

    static TokenResponse forMachine(AccessTokens.Issued token) {
        TokenResponse response = new TokenResponse(token.value(), token.expiresIn());
        response.body.put("token_type", "Bearer");
        if (token.scope() != null) {
            response.body.put("scope", token.scope());
        }
        return response;
    }

    Map<String, Object> body() {
        return body;
    }

    @Override
    public String toString() {
        return "TokenResponse[" + body.get("scope") + "]";
    }
}
