package io.scopeguard.logtobox.oidc;

import io.scopeguard.logtobox.directory.Directory;
import io.scopeguard.logtobox.directory.Resource;
import io.scopeguard.logtobox.wire.Ids;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The kinds of access token, and the scopes that each may carry at present. */
final class AccessTokens {

    /** The prefix of the audience of organization tokens. */
    private static final String ORGANIZATION_AUDIENCE = "urn:logto:organization:";

    private static final long ORGANIZATION_TOKEN_TTL = 3600;

    /** A token. A missing scope claim differs from an empty one. */
    record Issued(String value, @Nullable String scope, long expiresIn) {

        @Override
        public String toString() {
            return "Issued[" + scope + "]";
        }
    }

    /** The subject, the client, and the actor. */
    record Parties(
            String subject, String clientId, @Nullable String actor) {

        static Parties machine(String clientId) {
            return new Parties(clientId, clientId, null);
        }
    }

    private final Directory directory;
    private final Jwts jwts;
    private final Issuer issuer;
    private final Clock clock;
    private final @Nullable UserClaims roles;

    /**
     * @param roles adds roles to the tokens of users; {@code null} if they carry none
     */
    AccessTokens(Directory directory, Jwts jwts, Issuer issuer, Clock clock, @Nullable UserClaims roles) {
        this.directory = directory;
        this.jwts = jwts;
        this.issuer = issuer;
        this.clock = clock;
        this.roles = roles;
    }

    /** Live organization scopes, limited to the requested ones. Consent is irrelevant. */
    Issued forOrganization(Parties parties, String organizationId, Set<String> requested) {
        Collection<String> live = ScopeNames.ofTemplate(directory.scopesIn(organizationId, parties.subject()));
        String scope = ScopeNames.join(ScopeNames.both(live, requested));
        return issue(parties, null, ORGANIZATION_AUDIENCE + organizationId, scope, ORGANIZATION_TOKEN_TTL);
    }

    /**
     * Live scopes of an API resource, limited to the requested ones and, if there is a grant, to the grant. With an organization
     * the user's global roles count too; without one, the roles of every organization do.
     */
    Issued forResource(
            Parties parties,
            String indicator,
            @Nullable String organizationId,
            Set<String> requested,
            @Nullable Grant grant) {
        Resource resource = requireResource(indicator);
        Set<String> scope = ScopeNames.both(requested, userScopes(parties.subject(), indicator, organizationId));
        if (grant != null) {
            scope.retainAll(grant.resourceScopes().getOrDefault(indicator, Set.of()));
        }
        return issue(parties, organizationId, indicator, ScopeNames.join(scope), resource.accessTokenTtl());
    }

    /** An application's scopes of an API resource: in an organization from its roles there, otherwise from its own. */
    Issued forMachine(String clientId, String indicator, @Nullable String organizationId, Set<String> requested) {
        Resource resource = requireResource(indicator);
        Collection<String> live = ScopeNames.ofResource(
                organizationId == null
                        ? directory.globalResourceScopes(clientId, indicator)
                        : directory.resourceScopesIn(organizationId, clientId, indicator));
        Set<String> scope = ScopeNames.both(requested, live);
        return issue(
                Parties.machine(clientId),
                organizationId,
                indicator,
                scope.isEmpty() ? null : ScopeNames.join(scope),
                resource.accessTokenTtl());
    }

    Resource requireResource(String indicator) {
        return directory.resourceByIndicator(indicator).orElseThrow(OidcException::invalidTarget);
    }

    private Collection<String> userScopes(String userId, String indicator, @Nullable String organizationId) {
        if (organizationId == null) {
            return ScopeNames.ofResource(directory.resourceScopesAnywhere(userId, indicator));
        }
        Set<String> scopes =
                new LinkedHashSet<>(ScopeNames.ofResource(directory.globalResourceScopes(userId, indicator)));
        scopes.addAll(ScopeNames.ofResource(directory.resourceScopesIn(organizationId, userId, indicator)));
        return scopes;
    }

    private Issued issue(
            Parties parties, @Nullable String organizationId, String audience, @Nullable String scope, long ttl) {
        long now = clock.instant().getEpochSecond();
        Map<String, Object> claims = new LinkedHashMap<>();
        if (roles != null) {
            directory.users().find(parties.subject()).ifPresent(user -> claims.putAll(roles.roles(user)));
        }
        if (parties.actor() != null) {
            claims.put("act", Map.of("sub", parties.actor()));
        }
        if (organizationId != null) {
            claims.put("organization_id", organizationId);
        }
        claims.put("jti", Ids.token());
        claims.put("sub", parties.subject());
        claims.put("iat", now);
        claims.put("exp", now + ttl);
        if (scope != null) {
            claims.put("scope", scope);
        }
        claims.put("client_id", parties.clientId());
        claims.put("iss", issuer.value());
        claims.put("aud", audience);
        return new Issued(jwts.accessToken(claims), scope, ttl);
    }
}
