package io.scopeguard.bench.jmh;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Signatures with all preparations done: parsed, decoded, and with the key in the provider's own form. */
@State(Scope.Thread)
public class Signatures extends ColdVerification.Tokens {

    private List<Signed> prepared;
    private PublicKey key;

    @Setup
    public void prepare() throws GeneralSecurityException, JOSEException {
        sign();
        prepared = tokens.stream()
                .map(SignedTokens::parsed)
                .map(jws -> new Signed(jws.getSigningInput(), decoded(jws)))
                .toList();
        PublicKey published = ((AsymmetricJWK) signed.keys().getKeys().get(0)).toPublicKey();
        key = keyFactory(published.getAlgorithm()).generatePublic(new X509EncodedKeySpec(published.getEncoded()));
    }

    boolean verifyNext() throws GeneralSecurityException {
        Signed next = prepared.get(nextPosition());
        Signature signature = signature();
        signature.initVerify(key);
        signature.update(next.input);
        if (!signature.verify(next.signature)) {
            throw new IllegalStateException("a good signature is refused");
        }
        return true;
    }

    private Signature signature() throws GeneralSecurityException {
        return crypto.isPresent()
                ? Signature.getInstance(algorithm.signature(), crypto.get())
                : Signature.getInstance(algorithm.signature());
    }

    private KeyFactory keyFactory(String type) throws GeneralSecurityException {
        return crypto.isPresent() ? KeyFactory.getInstance(type, crypto.get()) : KeyFactory.getInstance(type);
    }

    private static byte[] decoded(JWSObject jws) {
        return jws.getSignature().decode();
    }

    private record Signed(byte[] input, byte[] signature) {}
}
