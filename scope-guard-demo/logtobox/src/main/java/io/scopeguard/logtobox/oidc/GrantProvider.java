package io.scopeguard.logtobox.oidc;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AccessTokenAuthenticationToken;

/** Passes a token request to the handler of its grant type, if the client may use that type. */
final class GrantProvider implements AuthenticationProvider {

    private final Map<String, GrantHandler> handlers;

    GrantProvider(List<GrantHandler> handlers) {
        this.handlers = handlers.stream().collect(Collectors.toMap(GrantHandler::grantType, Function.identity()));
    }

    boolean knows(String grantType) {
        return handlers.containsKey(grantType);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        GrantRequest request = (GrantRequest) authentication;
        if (!request.client().getAuthorizationGrantTypes().contains(request.getGrantType())) {
            throw OidcException.invalidRequest("requested grant type is not allowed for this client");
        }
        GrantHandler handler = handlers.get(request.getGrantType().getValue());
        if (handler == null) {
            throw OidcException.of(400, "unsupported_grant_type", "unsupported grant_type requested");
        }
        return carried(request, handler.handle(request));
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return GrantRequest.class.isAssignableFrom(authentication);
    }

    /** The token endpoint of Spring Authorization Server requires this type, but only the body is used. */
    private static Authentication carried(GrantRequest request, TokenResponse response) {
        Map<String, Object> body = response.body();
        OAuth2AccessToken token = new OAuth2AccessToken(
                OAuth2AccessToken.TokenType.BEARER, String.valueOf(body.get("access_token")), null, null);
        return new OAuth2AccessTokenAuthenticationToken(request.client(), request.clientPrincipal(), token, null, body);
    }
}
