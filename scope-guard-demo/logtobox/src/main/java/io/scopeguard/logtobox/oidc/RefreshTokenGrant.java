package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.User;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The {@code refresh_token} grant. The order of the checks is Logto's and determines the reported error. */
final class RefreshTokenGrant implements GrantHandler {

    private final Directory directory;
    private final Grants grants;
    private final AccessTokens accessTokens;
    private final IdTokens idTokens;
    private final UserAccess access;
    private final Clock clock;

    RefreshTokenGrant(
            Directory directory,
            Grants grants,
            AccessTokens accessTokens,
            IdTokens idTokens,
            UserAccess access,
            Clock clock) {
        this.directory = directory;
        this.grants = grants;
        this.accessTokens = accessTokens;
        this.idTokens = idTokens;
        this.access = access;
        this.clock = clock;
    }

    @Override
    public String grantType() {
        return "refresh_token";
    }

    @Override
    public TokenResponse handle(GrantRequest request) {
        RefreshToken token = find(request);
        Set<String> scopes = scopes(request, token);
        User user = access.requireActive(token.grant().userId());
        refuseReplay(token);
        checkOrganization(request.organizationId(), token);
        checkResource(request.resource(), token.grant());
        RefreshToken successor = grants.rotate(token, client(request));
        return issue(request, successor, scopes, user);
    }

    private RefreshToken find(GrantRequest request) {
        return grants.find(request.require("refresh_token"))
                .filter(token -> token.grant().clientId().equals(request.clientId()))
                .filter(token -> !token.isExpired(clock.instant()))
                .orElseThrow(OidcException::invalidGrant);
    }

    private static Set<String> scopes(GrantRequest request, RefreshToken token) {
        Set<String> held = token.grant().allScopes();
        Set<String> requested = request.scopes();
        if (requested.isEmpty()) {
            return held;
        }
        String missing = ScopeNames.join(
                requested.stream().filter(scope -> !held.contains(scope)).toList());
        if (!missing.isEmpty()) {
            throw OidcException.missingScopes(missing);
        }
        return requested;
    }

    private void refuseReplay(RefreshToken token) {
        Instant now = clock.instant();
        if (token.isReplayed(now)) {
            grants.revoke(token.grant());
            throw OidcException.invalidGrant();
        }
    }

    private void checkOrganization(@Nullable String organizationId, RefreshToken token) {
        if (organizationId == null) {
            return;
        }
        access.requireMembership(organizationId, token.grant().userId());
        if (!token.grant().oidcScopes().contains(ScopeNames.ORGANIZATIONS)) {
            throw OidcException.insufficientScope(ScopeNames.ORGANIZATIONS);
        }
    }

    private void checkResource(@Nullable String indicator, Grant grant) {
        if (indicator == null) {
            return;
        }
        if (!grant.resourceScopes().containsKey(indicator)) {
            throw OidcException.invalidTarget();
        }
        accessTokens.requireResource(indicator);
    }

    private Application client(GrantRequest request) {
        return directory.applications().find(request.clientId()).orElseThrow(OidcException::invalidClient);
    }

    private TokenResponse issue(GrantRequest request, RefreshToken token, Set<String> scopes, User user) {
        AccessTokens.Issued issued = accessToken(request, token.grant(), scopes);
        String idToken = scopes.contains(ScopeNames.OPENID)
                ? idTokens.issue(
                        user, token.grant(), ScopeNames.both(token.grant().oidcScopes(), scopes))
                : null;
        return TokenResponse.forUser(
                issued.value(),
                issued.expiresIn(),
                idToken,
                token.value(),
                issued.scope() == null ? "" : issued.scope());
    }

    private AccessTokens.Issued accessToken(GrantRequest request, Grant grant, Set<String> scopes) {
        AccessTokens.Parties parties = new AccessTokens.Parties(grant.userId(), grant.clientId(), null);
        String organizationId = request.organizationId();
        String resource = request.resource();
        if (resource != null) {
            return accessTokens.forResource(parties, resource, organizationId, scopes, grant);
        }
        if (organizationId != null) {
            return accessTokens.forOrganization(parties, organizationId, scopes);
        }
        String scope = ScopeNames.join(ScopeNames.both(scopes, grant.oidcScopes()));
        return new AccessTokens.Issued(
                grants.issueOpaque(grant, scope).value(), scope, Grants.ACCESS_TOKEN_TTL.toSeconds());
    }
}
