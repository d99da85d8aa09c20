package io.scopeguard.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;

/** A published key, ready to verify. Thread-safe. */
final class VerificationKey {

    private final JWK jwk;
    private final JWSVerifier verifier;

    /**
     * @throws JOSEException if the key is not one after all: a point off its curve, say
     */
    VerificationKey(JWK jwk) throws JOSEException {
        this.jwk = jwk;
        this.verifier = jwk instanceof ECKey ec ? new ECDSAVerifier(ec) : new RSASSAVerifier(jwk.toRSAKey());
        NativeCrypto.provider().ifPresent(verifier.getJCAContext()::setProvider);
    }

    String id() {
        return jwk.getKeyID();
    }

    boolean isOf(JWK other) {
        return jwk.equals(other);
    }

    boolean fits(JWSAlgorithm algorithm) {
        return KeyPolicy.fits(jwk, algorithm);
    }

    boolean verifies(JWSObject jws) {
        try {
            return jws.verify(verifier);
        } catch (JOSEException e) {
            return false;
        }
    }
}
