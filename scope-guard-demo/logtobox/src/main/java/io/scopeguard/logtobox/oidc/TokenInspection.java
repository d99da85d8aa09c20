package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.wire.Json;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenIntrospectionAuthenticationToken;
import org.springframework.security.oauth2.server.authorization.authentication.OAuth2TokenRevocationAuthenticationToken;

/** Introspection and revocation of opaque tokens. Logto offers neither for JWTs. */
final class TokenInspection implements AuthenticationProvider {

    private final Grants grants;
    private final Issuer issuer;
    private final Clock clock;

    TokenInspection(Grants grants, Issuer issuer, Clock clock) {
        this.grants = grants;
        this.issuer = issuer;
        this.clock = clock;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return OAuth2TokenIntrospectionAuthenticationToken.class.isAssignableFrom(authentication)
                || OAuth2TokenRevocationAuthenticationToken.class.isAssignableFrom(authentication);
    }

    @Override
    public Authentication authenticate(Authentication authentication) {
        if (authentication instanceof OAuth2TokenRevocationAuthenticationToken revocation) {
            refuseJwt(revocation.getToken(), "Structured JWT Tokens cannot be revoked via the revocation_endpoint");
            revoke(revocation.getToken());
            return authentication;
        }
        OAuth2TokenIntrospectionAuthenticationToken inspection =
                (OAuth2TokenIntrospectionAuthenticationToken) authentication;
        refuseJwt(inspection.getToken(), "Structured JWT Tokens cannot be introspected via the introspection_endpoint");
        return inspection;
    }

    void respond(HttpServletRequest request, HttpServletResponse response, Authentication authentication)
            throws IOException {
        String token = ((OAuth2TokenIntrospectionAuthenticationToken) authentication).getToken();
        OidcErrors.write(response, 200, describe(token));
    }

    private Map<String, @Nullable Object> describe(String token) {
        return opaque(token).or(() -> refresh(token)).orElseGet(() -> Json.object("active", false));
    }

    private Optional<Map<String, @Nullable Object>> opaque(String token) {
        return grants.findOpaque(token).map(each -> {
            Map<String, @Nullable Object> description =
                    active(each.grant(), each.scope(), each.issuedAt(), each.expiresAt());
            description.put("token_type", "Bearer");
            return description;
        });
    }

    private Optional<Map<String, @Nullable Object>> refresh(String token) {
        return grants.find(token)
                .filter(each -> !each.isExpired(clock.instant()) && each.firstUsedAt() == null)
                .map(each -> active(
                        each.grant(), ScopeNames.join(each.grant().allScopes()), each.issuedAt(), each.expiresAt()));
    }

    private Map<String, @Nullable Object> active(Grant grant, String scope, Instant issuedAt, Instant expiresAt) {
        return Json.object(
                "active", true,
                "sub", grant.userId(),
                "client_id", grant.clientId(),
                "exp", expiresAt.getEpochSecond(),
                "iat", issuedAt.getEpochSecond(),
                "iss", issuer.value(),
                "scope", scope);
    }

    private void revoke(String token) {
        grants.find(token).ifPresent(each -> grants.revoke(each.grant()));
        grants.forgetOpaque(token);
    }

    private static void refuseJwt(String token, String description) {
        if (token.chars().filter(character -> character == '.').count() == 2) {
            throw OidcException.of(400, "unsupported_token_type", description);
        }
    }
}
