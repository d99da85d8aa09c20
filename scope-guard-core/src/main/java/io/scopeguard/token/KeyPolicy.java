package io.scopeguard.token;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import java.math.BigInteger;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The accepted algorithms and their keys (RFC 8725 §3.1, §3.2). An algorithm is bound to the type of the key, regardless of the
 * token's header.
 */
final class KeyPolicy {

    private static final int MIN_RSA_BITS = 2048;

    /** The maximum sizes. A larger key is not more secure, and verifying with it would cost time that anybody can cause. */
    private static final int MAX_RSA_BITS = 8192;

    private static final int MAX_RSA_EXPONENT_BITS = 64;

    private static final Map<JWSAlgorithm, Curve> CURVES = Map.of(
            JWSAlgorithm.ES256, Curve.P_256,
            JWSAlgorithm.ES384, Curve.P_384,
            JWSAlgorithm.ES512, Curve.P_521);

    private static final Set<JWSAlgorithm> RSA = Set.of(JWSAlgorithm.RS256);

    private KeyPolicy() {}

    /** The names of the accepted algorithms. */
    static Set<String> algorithms() {
        return Stream.concat(CURVES.keySet().stream(), RSA.stream())
                .map(JWSAlgorithm::getName)
                .collect(Collectors.toUnmodifiableSet());
    }

    static boolean accepts(JWSAlgorithm algorithm) {
        return CURVES.containsKey(algorithm) || RSA.contains(algorithm);
    }

    /** Whether a published key is meant for verifying signatures. Other keys are valid, but not used here. */
    static boolean isForVerification(JWK key) {
        boolean forSignatures = key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse());
        boolean forVerification =
                key.getKeyOperations() == null || key.getKeyOperations().contains(KeyOperation.VERIFY);
        boolean accepted = key.getAlgorithm() == null
                || accepts(JWSAlgorithm.parse(key.getAlgorithm().getName()));
        return forSignatures && forVerification && accepted;
    }

    /**
     * Checks that this key is reliable.
     *
     * @throws UnreliableKeyException if a signature by the key would prove nothing
     */
    static void checkStrength(JWK key) throws UnreliableKeyException {
        if (key instanceof RSAKey rsa) {
            checkStrength(rsa);
        } else if (!(key instanceof ECKey ec && CURVES.containsValue(ec.getCurve()))) {
            throw new UnreliableKeyException("it is neither RSA nor on one of the curves P-256, P-384, P-521");
        }
    }

    private static void checkStrength(RSAKey key) throws UnreliableKeyException {
        BigInteger modulus = key.getModulus().decodeToBigInteger();
        BigInteger exponent = key.getPublicExponent().decodeToBigInteger();
        if (modulus.bitLength() < MIN_RSA_BITS || modulus.bitLength() > MAX_RSA_BITS) {
            throw new UnreliableKeyException(
                    "it has " + modulus.bitLength() + " bits, not " + MIN_RSA_BITS + " to " + MAX_RSA_BITS);
        }
        // With an exponent of 1, every text is its own signature. RSA exponents are odd.
        if (exponent.compareTo(BigInteger.TWO) <= 0
                || exponent.bitLength() > MAX_RSA_EXPONENT_BITS
                || !exponent.testBit(0)
                || !modulus.testBit(0)) {
            throw new UnreliableKeyException("its exponent or modulus is not valid for RSA");
        }
        if (RocaFingerprint.isOn(modulus)) {
            throw new UnreliableKeyException("its private part can be computed (ROCA, CVE-2017-15361): replace it");
        }
    }

    /**
     * Whether the key may verify signatures of this algorithm. A key that names no algorithm accepts all algorithms of its type.
     */
    static boolean fits(JWK key, JWSAlgorithm algorithm) {
        if (key.getAlgorithm() != null && !key.getAlgorithm().equals(algorithm)) {
            return false;
        }
        return key instanceof ECKey ec ? ec.getCurve().equals(CURVES.get(algorithm)) : RSA.contains(algorithm);
    }
}
