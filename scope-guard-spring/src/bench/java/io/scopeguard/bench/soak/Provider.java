package io.scopeguard.bench.soak;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.scopeguard.bench.live.tenant.Entitlement;
import io.scopeguard.bench.live.tenant.FaultyTenantServer;
import io.scopeguard.bench.live.tenant.Tenant;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A tenant over HTTP, which issues tokens and rotates its keys. Thread-safe. */
final class Provider implements AutoCloseable {

    /** So old that a token proves nothing about the time since then, and is older than every loss. */
    private static final Duration AGE = Duration.ofMinutes(30);

    private static final Duration LIFETIME = Duration.ofHours(12);

    private final Tenant tenant = new Tenant(System::nanoTime);
    private final FaultyTenantServer server = new FaultyTenantServer(tenant, Instant::now);
    private final Map<Entitlement, String> tokens = new ConcurrentHashMap<>();
    private List<RSAKey> keys = List.of(newKey());
    private volatile RSAKey signing = keys.get(0);

    Provider() {
        publish();
    }

    Tenant tenant() {
        return tenant;
    }

    FaultyTenantServer server() {
        return server;
    }

    /** Publishes another key, and stops publishing the keys before the one in use. */
    synchronized void announceKey() {
        keys = List.of(newKey(), signing);
        publish();
    }

    /** Signs with the newest key from now on, so every user gets another token. */
    synchronized void useAnnouncedKey() {
        signing = keys.get(0);
        tokens.clear();
    }

    /** A token with all existing scopes. Only those that the user holds count. */
    String token(Entitlement entitlement) {
        return tokens.computeIfAbsent(entitlement, this::issue);
    }

    private String issue(Entitlement entitlement) {
        Instant issuedAt = Instant.now().minus(AGE);
        boolean isOfOrganization = entitlement.audience().isOrganization();
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .jwtID(UUID.randomUUID().toString())
                .subject(entitlement.user())
                .issueTime(Date.from(issuedAt))
                .expirationTime(Date.from(issuedAt.plus(LIFETIME)))
                .claim(
                        "scope",
                        isOfOrganization ? SoakApi.READ + " " + SoakApi.WRITE : SoakApi.DOCUMENT + " " + SoakApi.AUDIT)
                .claim("client_id", "browser")
                .issuer(server.endpoint() + "/oidc");
        if (isOfOrganization) {
            claims.audience("urn:logto:organization:" + entitlement.organization());
        } else {
            claims.audience(entitlement.audience().value()).claim("organization_id", entitlement.organization());
        }
        return sign(claims.build());
    }

    private String sign(JWTClaimsSet claims) {
        RSAKey key = signing;
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID(key.getKeyID())
                .build();
        try {
            SignedJWT token = new SignedJWT(header, claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void publish() {
        server.publish(new JWKSet(new ArrayList<JWK>(keys)));
    }

    private static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(UUID.randomUUID().toString()).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
