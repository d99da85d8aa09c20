package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.wire.Ids;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Token exchange (RFC 8693) of a subject token. The scopes are limited by the live roles only, not by consent. */
final class TokenExchangeGrant implements GrantHandler {

    static final String GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange";

    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String IMPERSONATION_TOKEN = "urn:logto:token-type:impersonation_token";

    private final SubjectTokens subjectTokens;
    private final Grants grants;
    private final AccessTokens accessTokens;
    private final UserAccess access;

    TokenExchangeGrant(SubjectTokens subjectTokens, Grants grants, AccessTokens accessTokens, UserAccess access) {
        this.subjectTokens = subjectTokens;
        this.grants = grants;
        this.accessTokens = accessTokens;
        this.access = access;
    }

    @Override
    public String grantType() {
        return GRANT_TYPE;
    }

    @Override
    public TokenResponse handle(GrantRequest request) {
        String subjectToken = request.require("subject_token", "subject_token_type");
        String userId = access.requireActive(subject(subjectToken, request.parameter("subject_token_type")))
                .id();
        String organizationId = request.organizationId();
        if (organizationId != null) {
            access.requireMembership(organizationId, userId);
        }
        AccessTokens.Parties parties = new AccessTokens.Parties(userId, request.clientId(), actor(request));
        AccessTokens.Issued token = issue(request, parties);
        if (isSubjectToken(subjectToken) && !subjectTokens.consume(subjectToken)) {
            throw OidcException.invalidGrant();
        }
        return TokenResponse.forUser(
                token.value(), token.expiresIn(), null, null, token.scope() == null ? "" : token.scope());
    }

    private String subject(String token, @Nullable String type) {
        if (isSubjectToken(token) && (ACCESS_TOKEN.equals(type) || IMPERSONATION_TOKEN.equals(type))) {
            return subjectTokens.userOf(token).orElseThrow(OidcException::invalidGrant);
        }
        if (ACCESS_TOKEN.equals(type)) {
            return userOfAccessToken(token);
        }
        throw OidcException.invalidGrant();
    }

    private @Nullable String actor(GrantRequest request) {
        String token = request.parameter("actor_token");
        if (token == null) {
            return null;
        }
        if (!ACCESS_TOKEN.equals(request.parameter("actor_token_type"))) {
            throw OidcException.invalidGrant();
        }
        return userOfAccessToken(token);
    }

    private String userOfAccessToken(String token) {
        return grants.findOpaque(token).map(each -> each.grant().userId()).orElseThrow(OidcException::invalidGrant);
    }

    private AccessTokens.Issued issue(GrantRequest request, AccessTokens.Parties parties) {
        String organizationId = request.organizationId();
        String resource = request.resource();
        Set<String> scopes = request.scopes();
        if (resource != null) {
            return accessTokens.forResource(parties, resource, organizationId, scopes, null);
        }
        if (organizationId != null) {
            return accessTokens.forOrganization(parties, organizationId, scopes);
        }
        Set<String> oidc = ScopeNames.oidc(scopes);
        Grant grant = new Grant(Ids.token(), parties.subject(), parties.clientId(), oidc, Map.of(), null);
        String scope = ScopeNames.join(oidc);
        return new AccessTokens.Issued(
                grants.issueOpaque(grant, scope).value(), scope, Grants.ACCESS_TOKEN_TTL.toSeconds());
    }

    private static boolean isSubjectToken(String token) {
        return token.startsWith("sub_");
    }
}
