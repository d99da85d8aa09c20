package io.scopeguard.bench.live;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.TokenIssuer;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Issues and verifies access tokens like Logto's. Signing is expensive, so equal tokens are issued once. Thread-safe. */
public final class TokenMint {

    /** Long enough ago that nothing follows from it. */
    private static final Duration AGE = Duration.ofHours(2);

    private final LogtoTenant tenant = new LogtoTenant(URI.create("https://tenant.logto.app"));
    private final TokenIssuer issuer = new TokenIssuer(tenant.issuer(), Algorithm.RS256);
    private final AccessTokenVerifier verifier;
    private final Map<String, AccessToken> issued = new ConcurrentHashMap<>();

    /**
     * @param resources the resources of tokens
     */
    public TokenMint(Collection<Audience> resources) {
        FakeLogto keys = new FakeLogto().publish(new JWKSet(issuer.publicKey()).toString());
        Logto logto = Logto.at(tenant, "application", "secret").build();
        verifier = AccessTokenVerifier.builder(logto.issuers(), keys.tenant().jwkSetUri(), logto.tokenReader(resources))
                .build();
    }

    /** A token of some age. */
    public AccessToken token(Entitlement entitlement, Collection<String> scopes) {
        String scope = String.join(" ", new TreeSet<>(scopes));
        return issued.computeIfAbsent(
                entitlement + scope,
                ignored -> issue(entitlement, scope, Instant.now().minus(AGE)));
    }

    /** A token that was issued at this time. */
    public AccessToken token(Entitlement entitlement, Collection<String> scopes, Instant issuedAt) {
        return issue(entitlement, String.join(" ", scopes), issuedAt);
    }

    private AccessToken issue(Entitlement entitlement, String scope, Instant issuedAt) {
        JWTClaimsSet.Builder claims = issuer.claims(entitlement.user(), scope, issuedAt);
        String organization = entitlement.organization();
        if (entitlement.audience().isOrganization()) {
            claims.audience("urn:logto:organization:" + organization);
        } else {
            claims.audience(entitlement.audience().value()).claim("organization_id", organization);
        }
        return verifier.verify(issuer.sign(claims.build()));
    }
}
