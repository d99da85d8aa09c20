package io.scopeguard.spring.test;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Signs the tokens of all tests in this process. The key is generated at its first use and never stored. */
final class TestIssuer {

    static final String ISSUER = "https://issuer.scope-guard.test";

    private static final ECKey KEY = newKey();

    private TestIssuer() {}

    /** The address of the JWK Set, which contains the public key itself. */
    static URI jwkSetUri() {
        String set = new JWKSet(KEY.toPublicJWK()).toString();
        return URI.create("data:application/json;base64,"
                + Base64.getEncoder().encodeToString(set.getBytes(StandardCharsets.UTF_8)));
    }

    static String sign(JWTClaimsSet claims) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID(KEY.getKeyID())
                .build();
        SignedJWT token = new SignedJWT(header, claims);
        try {
            token.sign(new ECDSASigner(KEY));
        } catch (JOSEException e) {
            throw new IllegalStateException("a test's token cannot be signed", e);
        }
        return token.serialize();
    }

    private static ECKey newKey() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .keyID("scope-guard-test")
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("this Java platform has no P-256", e);
        }
    }
}
