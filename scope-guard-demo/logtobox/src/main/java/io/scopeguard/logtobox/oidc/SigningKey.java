package io.scopeguard.logtobox.oidc;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.scopeguard.logtobox.wire.Ids;
import io.scopeguard.logtobox.wire.Json;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A key of the tenant, published in Logto's format. */
final class SigningKey {

    /** The algorithms of a rotation; the names are Logto's. */
    enum Algorithm {
        RSA,
        EC
    }

    private final String id = Ids.standardId();
    private final long createdAt;
    private final Algorithm algorithm;
    private final JWK jwk;

    private SigningKey(Algorithm algorithm, JWK jwk, long createdAt) {
        this.algorithm = algorithm;
        this.jwk = jwk;
        this.createdAt = createdAt;
    }

    static SigningKey generate(Algorithm algorithm, long createdAt) {
        try {
            // Logto's RSA keys have 4096 bits. Generating such keys takes seconds and would not improve tests.
            JWK jwk = algorithm == Algorithm.EC
                    ? new ECKeyGenerator(Curve.P_384).generate()
                    : new RSAKeyGenerator(2048).generate();
            return new SigningKey(algorithm, jwk, createdAt);
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot generate a signing key", e);
        }
    }

    String id() {
        return id;
    }

    long createdAt() {
        return createdAt;
    }

    Algorithm algorithm() {
        return algorithm;
    }

    JWSAlgorithm signature() {
        return algorithm == Algorithm.EC ? JWSAlgorithm.ES384 : JWSAlgorithm.RS256;
    }

    /** The thumbprint of RFC 7638. */
    String kid() {
        try {
            return jwk.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot compute a thumbprint", e);
        }
    }

    JWSSigner signer() {
        try {
            return algorithm == Algorithm.EC ? new ECDSASigner(jwk.toECKey()) : new RSASSASigner(jwk.toRSAKey());
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot sign", e);
        }
    }

    JWSVerifier verifier() {
        try {
            return algorithm == Algorithm.EC ? new ECDSAVerifier(jwk.toECKey()) : new RSASSAVerifier(jwk.toRSAKey());
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot verify", e);
        }
    }

    /** The public JWK. For an RSA key, it has no {@code alg}. */
    Map<String, @Nullable Object> published() {
        return algorithm == Algorithm.EC ? publishedEc(jwk.toECKey()) : publishedRsa(jwk.toRSAKey());
    }

    private Map<String, @Nullable Object> publishedEc(ECKey key) {
        return Json.object(
                "kty", "EC",
                "use", "sig",
                "kid", kid(),
                "alg", signature().getName(),
                "crv", key.getCurve().getName(),
                "x", key.getX().toString(),
                "y", key.getY().toString());
    }

    private Map<String, @Nullable Object> publishedRsa(RSAKey key) {
        return Json.object(
                "kty", "RSA",
                "use", "sig",
                "kid", kid(),
                "e", key.getPublicExponent().toString(),
                "n", key.getModulus().toString());
    }
}
