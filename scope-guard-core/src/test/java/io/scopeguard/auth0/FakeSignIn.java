package io.scopeguard.auth0;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.scopeguard.auth0.TenantState.ClientGrant;
import io.scopeguard.testing.TestTokens;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A sign-in at {@link FakeAuth0}, in an organization or not. Each token carries the requested scopes that are permitted now; a
 * refresh never adds to the requested ones.
 */
public final class FakeSignIn {

    private static final RSAKey KEY = key();
    private static final Duration LIFETIME = Duration.ofHours(24);

    private final FakeAuth0 tenant;
    private final String user;
    private final @Nullable String organization;
    private final List<String> requested;

    FakeSignIn(FakeAuth0 tenant, String user, @Nullable String organization, List<String> requested) {
        this.tenant = tenant;
        this.user = user;
        this.organization = organization;
        this.requested = requested;
    }

    private static RSAKey key() {
        try {
            return new RSAKeyGenerator(2048)
                    .keyID("auth0-key")
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public static String jwkSet() {
        return new JWKSet(KEY).toString(true);
    }

    /** A token issued now. */
    public String token() {
        TenantState state = tenant.now();
        Set<String> permitted = state.permitted(user, organization, FakeAuth0.API);
        Set<String> scope = new LinkedHashSet<>(requested);
        scope.removeIf(name -> !permitted.contains(name) && !name.equals("openid"));
        Map<String, Object> claims = claims("browser", scope);
        claims.put("sub", user);
        if (tenant.rolesClaim != null) {
            claims.put(tenant.rolesClaim, state.namesOfRoles(user, organization));
        }
        if (state.apis.get(FakeAuth0.API).dialect().endsWith("_authz")) {
            claims.put("permissions", List.copyOf(permitted));
        }
        return sign(tenant, claims);
    }

    /** A token that a client requests for itself. */
    public static String ofMachine(FakeAuth0 tenant, String client, @Nullable String organization) {
        Set<String> scope = new LinkedHashSet<>();
        for (ClientGrant grant : tenant.now().grants) {
            if (grant.client().equals(client)) {
                scope.addAll(grant.scopes());
            }
        }
        Map<String, Object> claims = new FakeSignIn(tenant, client, organization, List.of()).claims(client, scope);
        claims.put("sub", client + "@clients");
        claims.put("gty", "client-credentials");
        return sign(tenant, claims);
    }

    private Map<String, Object> claims(String client, Set<String> scope) {
        Map<String, Object> claims = new LinkedHashMap<>();
        String issuer = tenant.url() + "/";
        claims.put("iss", issuer);
        claims.put("aud", scope.contains("openid") ? List.of(FakeAuth0.API, issuer + "userinfo") : FakeAuth0.API);
        long now = tenant.clock.instant().getEpochSecond();
        claims.put("iat", now);
        claims.put("exp", now + LIFETIME.toSeconds());
        claims.put("scope", String.join(" ", scope));
        if (isRfc9068(tenant)) {
            claims.put("client_id", client);
            claims.put("jti", "jti-" + claims.hashCode());
        } else {
            claims.put("azp", client);
        }
        if (organization != null) {
            claims.put("org_id", organization);
        }
        return claims;
    }

    private static boolean isRfc9068(FakeAuth0 tenant) {
        return tenant.now().apis.get(FakeAuth0.API).dialect().startsWith("rfc9068");
    }

    private static String sign(FakeAuth0 tenant, Map<String, Object> claims) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType(isRfc9068(tenant) ? "at+jwt" : "JWT"))
                .keyID(KEY.getKeyID())
                .build();
        return TestTokens.sign(header, new Payload(claims).toString(), KEY);
    }
}
