package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.wire.Ids;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2AuthorizationCodeRequestAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;

/** Creates authorization codes and determines the grant of each. */
final class CodeGenerator implements OAuth2TokenGenerator<OAuth2AuthorizationCode> {

    private static final Duration TTL = Duration.ofMinutes(1);

    private final Directory directory;
    private final Grants grants;

    CodeGenerator(Directory directory, Grants grants) {
        this.directory = directory;
        this.grants = grants;
    }

    @Override
    public OAuth2AuthorizationCode generate(OAuth2TokenContext context) {
        // Spring Authorization Server checks the expiry of codes with the system's clock, not the box's.
        Instant now = Instant.now();
        OAuth2AuthorizationCode code = new OAuth2AuthorizationCode(Ids.token(), now, now.plus(TTL));
        grants.attach(code.getTokenValue(), grant(context));
        return code;
    }

    private Grant grant(OAuth2TokenContext context) {
        Map<String, Object> parameters = requestParameters(context);
        return Grant.of(
                directory,
                Objects.requireNonNull(context.<Authentication>getPrincipal()).getName(),
                Objects.requireNonNull(context.getRegisteredClient()).getClientId(),
                context.getAuthorizedScopes(),
                AuthorizationParameters.resources(parameters),
                AuthorizationParameters.prompts(parameters).contains("consent"),
                (String) parameters.get("nonce"));
    }

    /** The authorization request: the current one if it is answered at once, the stored one after consent. */
    private static Map<String, Object> requestParameters(OAuth2TokenContext context) {
        Authentication grant = context.getAuthorizationGrant();
        if (grant instanceof OAuth2AuthorizationCodeRequestAuthenticationToken request) {
            return request.getAdditionalParameters();
        }
        OAuth2Authorization authorization = Objects.requireNonNull(context.getAuthorization());
        OAuth2AuthorizationRequest request = authorization.getAttribute(OAuth2AuthorizationRequest.class.getName());
        return Objects.requireNonNull(request).getAdditionalParameters();
    }
}
