package io.scopeguard.token;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.Map;
import java.util.Set;

/**
 * Which algorithms are accepted and which keys they take (RFC 8725 §3.1, §3.2): an algorithm is bound to the type of the key,
 * whatever a token's header claims.
 */
final class KeyPolicy {

    private static final int MIN_RSA_BITS = 2048;

    private static final Map<JWSAlgorithm, Curve> CURVES = Map.of(
            JWSAlgorithm.ES256, Curve.P_256,
            JWSAlgorithm.ES384, Curve.P_384,
            JWSAlgorithm.ES512, Curve.P_521);

    private static final Set<JWSAlgorithm> RSA = Set.of(JWSAlgorithm.RS256);

    private KeyPolicy() {}

    static boolean accepts(JWSAlgorithm algorithm) {
        return CURVES.containsKey(algorithm) || RSA.contains(algorithm);
    }

    /** Whether a published key may verify anything at all. */
    static boolean isTrustworthy(JWK key) {
        boolean strong = (key instanceof ECKey ec && CURVES.containsValue(ec.getCurve()))
                || (key instanceof RSAKey rsa && rsa.size() >= MIN_RSA_BITS);
        boolean forSignatures = key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse());
        boolean forVerification =
                key.getKeyOperations() == null || key.getKeyOperations().contains(KeyOperation.VERIFY);
        return strong && forSignatures && forVerification;
    }

    /** Whether the key may verify signatures of this algorithm. A key that names no algorithm takes those of its type. */
    static boolean fits(JWK key, JWSAlgorithm algorithm) {
        if (key.getAlgorithm() != null && !key.getAlgorithm().equals(algorithm)) {
            return false;
        }
        return key instanceof ECKey ec ? ec.getCurve().equals(CURVES.get(algorithm)) : RSA.contains(algorithm);
    }
}
