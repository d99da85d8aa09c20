package io.scopeguard.bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.JWKGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;

/** The signature algorithms of access tokens. */
public enum Algorithm {
    ES256(JWSAlgorithm.ES256, "SHA256withECDSAinP1363Format", new ECKeyGenerator(Curve.P_256)),
    ES384(JWSAlgorithm.ES384, "SHA384withECDSAinP1363Format", new ECKeyGenerator(Curve.P_384)),
    ES512(JWSAlgorithm.ES512, "SHA512withECDSAinP1363Format", new ECKeyGenerator(Curve.P_521)),
    RS256(JWSAlgorithm.RS256, "SHA256withRSA", new RSAKeyGenerator(2048));

    private final JWSAlgorithm jws;
    private final String signature;
    private final JWKGenerator<? extends JWK> generator;

    Algorithm(JWSAlgorithm jws, String signature, JWKGenerator<? extends JWK> generator) {
        this.jws = jws;
        this.signature = signature;
        this.generator = generator;
    }

    public JWSAlgorithm jws() {
        return jws;
    }

    /** The name for {@link java.security.Signature}, in the format of JWTs. */
    public String signature() {
        return signature;
    }

    JWK generateKey() {
        try {
            return generator
                    .algorithm(jws)
                    .keyUse(KeyUse.SIGNATURE)
                    .keyID(name())
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
