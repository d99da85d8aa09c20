package io.scopeguard.logtobox.oidc;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.ClientAuthenticationMethod;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2ClientAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClient;
import org.springframework.security.oauth2.server.authorization.client.RegisteredClientRepository;
import org.springframework.security.web.authentication.AuthenticationConverter;

/**
 * Identifies a public client by {@code client_id} alone in requests without a code. Spring Authorization Server supports public
 * clients only with PKCE, but Logto lets them refresh and exchange tokens.
 */
final class PublicClients implements AuthenticationConverter, AuthenticationProvider {

    private final RegisteredClientRepository clients;

    PublicClients(RegisteredClientRepository clients) {
        this.clients = clients;
    }

    @Override
    public @Nullable Authentication convert(HttpServletRequest request) {
        String clientId = request.getParameter("client_id");
        boolean authenticates =
                request.getHeader(HttpHeaders.AUTHORIZATION) != null || request.getParameter("client_secret") != null;
        boolean redeemsCode = "authorization_code".equals(request.getParameter("grant_type"))
                && request.getParameter("code_verifier") != null;
        return clientId == null || clientId.isEmpty() || authenticates || redeemsCode
                ? null
                : new OAuth2ClientAuthenticationToken(clientId, ClientAuthenticationMethod.NONE, null, Map.of());
    }

    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        OAuth2ClientAuthenticationToken token = (OAuth2ClientAuthenticationToken) authentication;
        boolean mine = token.getClientAuthenticationMethod().equals(ClientAuthenticationMethod.NONE)
                && token.getAdditionalParameters().isEmpty();
        return mine ? authenticate(String.valueOf(token.getPrincipal())) : null;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2ClientAuthenticationToken.class.isAssignableFrom(authentication);
    }

    private Authentication authenticate(String clientId) {
        RegisteredClient client = clients.findByClientId(clientId);
        if (client == null) {
            throw OidcException.unknownClient(clientId);
        }
        if (!client.getClientAuthenticationMethods().contains(ClientAuthenticationMethod.NONE)) {
            throw OidcException.invalidClient();
        }
        return new OAuth2ClientAuthenticationToken(client, ClientAuthenticationMethod.NONE, null);
    }
}
