package io.scopeguard.logtobox.oidc;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;
import org.springframework.security.web.authentication.AuthenticationConverter;

/** Reads requests of Logto's own grants at the token endpoint, and writes the responses of all grants. */
final class TokenEndpoint implements AuthenticationConverter {

    private final GrantProvider provider;
    private final Grants grants;

    TokenEndpoint(GrantProvider provider, Grants grants) {
        this.provider = provider;
        this.grants = grants;
    }

    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String grantType = request.getParameter("grant_type");
        Authentication client = SecurityContextHolder.getContext().getAuthentication();
        return grantType == null || client == null || !provider.knows(grantType)
                ? null
                : GrantRequest.of(grantType, client, request);
    }

    void respond(HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException {
        OAuth2AccessTokenAuthenticationToken result = (OAuth2AccessTokenAuthenticationToken) authentication;
        Map<String, Object> parameters = result.getAdditionalParameters();
        OidcErrors.write(response, 200, parameters.containsKey("access_token") ? parameters : ofCode(result));
    }

    private Map<String, Object> ofCode(OAuth2AccessTokenAuthenticationToken result) {
        OAuth2AccessToken token = result.getAccessToken();
        OAuth2RefreshToken refreshToken = result.getRefreshToken();
        return TokenResponse.forUser(
                        token.getTokenValue(),
                        Grants.ACCESS_TOKEN_TTL.toSeconds(),
                        (String) result.getAdditionalParameters().get("id_token"),
                        refreshToken == null ? null : refreshToken.getTokenValue(),
                        scope(token))
                .body();
    }

    /** The framework adds every requested scope to the token; the granted scopes are in the grant. */
    private String scope(OAuth2AccessToken token) {
        return grants.findOpaque(token.getTokenValue())
                .map(Grants.OpaqueToken::scope)
                .orElse("");
    }
}
