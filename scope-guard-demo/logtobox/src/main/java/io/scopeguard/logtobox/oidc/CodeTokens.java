package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.Directory;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.OAuth2RefreshToken;
import org.springframework.security.oauth2.core.OAuth2Token;
import org.springframework.security.oauth2.core.oidc.endpoint.OidcParameterNames;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationCode;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenContext;
import org.springframework.security.oauth2.server.authorization.token.OAuth2TokenGenerator;

/**
 * The tokens that are issued for an authorization code: an opaque access token, an ID token, and a refresh token if it is allowed.
 */
final class CodeTokens implements OAuth2TokenGenerator<OAuth2Token> {

    private final Directory directory;
    private final Grants grants;
    private final IdTokens idTokens;
    private final UserAccess access;
    private final Clock clock;

    CodeTokens(Directory directory, Grants grants, IdTokens idTokens, UserAccess access, Clock clock) {
        this.directory = directory;
        this.grants = grants;
        this.idTokens = idTokens;
        this.access = access;
        this.clock = clock;
    }

    @Override
    public @Nullable OAuth2Token generate(OAuth2TokenContext context) {
        Grant grant = grant(context);
        OAuth2TokenType type = context.getTokenType();
        if (OAuth2TokenType.ACCESS_TOKEN.equals(type)) {
            return accessToken(grant);
        }
        if (OAuth2TokenType.REFRESH_TOKEN.equals(type)) {
            return mayRefresh(grant) ? refreshToken(grant) : null;
        }
        return OidcParameterNames.ID_TOKEN.equals(type.getValue()) ? idToken(grant) : null;
    }

    private Grant grant(OAuth2TokenContext context) {
        OAuth2Authorization authorization = Objects.requireNonNull(context.getAuthorization());
        OAuth2Authorization.Token<OAuth2AuthorizationCode> code =
                Objects.requireNonNull(authorization.getToken(OAuth2AuthorizationCode.class));
        return grants.ofCode(code.getToken().getTokenValue()).orElseThrow(OidcException::invalidGrant);
    }

    private OAuth2AccessToken accessToken(Grant grant) {
        access.requireActive(grant.userId());
        Grants.OpaqueToken token = grants.issueOpaque(grant, ScopeNames.join(grant.oidcScopes()));
        return new OAuth2AccessToken(
                OAuth2AccessToken.TokenType.BEARER,
                token.value(),
                token.issuedAt(),
                token.expiresAt(),
                grant.oidcScopes());
    }

    private boolean mayRefresh(Grant grant) {
        return grant.oidcScopes().contains(ScopeNames.OFFLINE_ACCESS)
                || directory
                        .applications()
                        .find(grant.clientId())
                        .map(Application::alwaysIssuesRefreshToken)
                        .orElse(false);
    }

    private OAuth2RefreshToken refreshToken(Grant grant) {
        RefreshToken token = grants.issue(grant);
        return new OAuth2RefreshToken(token.value(), token.issuedAt(), token.expiresAt());
    }

    private Jwt idToken(Grant grant) {
        Instant now = clock.instant();
        String value = idTokens.issue(access.requireActive(grant.userId()), grant, grant.oidcScopes());
        // Only the value is sent. The framework itself needs the rest.
        return new Jwt(
                value, now, now.plus(Grants.ACCESS_TOKEN_TTL), Map.of("alg", "none"), Map.of("sub", grant.userId()));
    }
}
