package io.scopeguard.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A published key, ready to verify. Thread-safe. */
final class VerificationKey {

    private static final Logger log = LoggerFactory.getLogger(VerificationKey.class);

    private final JWK jwk;
    private final Supplier<Optional<Provider>> natives;
    private final JWSVerifier byJdk;
    private volatile @Nullable JWSVerifier byNative;
    private volatile boolean hasFailed;

    /**
     * @throws JOSEException if the key is invalid, for example a point that is not on its curve
     */
    VerificationKey(JWK jwk) throws JOSEException {
        this(jwk, NativeCrypto::provider);
    }

    /** @param natives the provider of native signatures, empty while there is none */
    VerificationKey(JWK jwk, Supplier<Optional<Provider>> natives) throws JOSEException {
        this.jwk = jwk;
        this.natives = natives;
        this.byJdk = verifier(jwk, Optional.empty());
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
        JWSVerifier verifier = verifier();
        if (!verifier.equals(byJdk)) {
            try {
                return jws.verify(verifier);
            } catch (JOSEException | RuntimeException | LinkageError e) {
                // A native library that fails proves nothing about the signature.
                logFirst(e);
            }
        }
        try {
            return jws.verify(byJdk);
        } catch (JOSEException e) {
            return false;
        }
    }

    private void logFirst(Throwable failure) {
        if (!hasFailed) {
            hasFailed = true;
            log.warn("A native signature check has failed. The JDK verifies such tokens of the key {}.", id(), failure);
        }
    }

    /** The JDK's verifier until native signatures are loaded. */
    private JWSVerifier verifier() {
        JWSVerifier known = byNative;
        if (known != null) {
            return known;
        }
        Optional<Provider> provider = natives.get();
        if (provider.isEmpty()) {
            return byJdk;
        }
        JWSVerifier made = verifierOrJdk(provider);
        byNative = made;
        return made;
    }

    /** The native verifier, unless the provider does not accept this key. */
    private JWSVerifier verifierOrJdk(Optional<Provider> provider) {
        try {
            return verifier(jwk, provider);
        } catch (JOSEException | RuntimeException | LinkageError e) {
            log.warn("The JDK verifies tokens of the key {}, because native signatures do not take it", id(), e);
            return byJdk;
        }
    }

    private static JWSVerifier verifier(JWK jwk, Optional<Provider> provider) throws JOSEException {
        JWSVerifier verifier = jwk instanceof ECKey ec
                ? new ECDSAVerifier((ECPublicKey) translated(ec.toECPublicKey(), provider))
                : new RSASSAVerifier((RSAPublicKey) translated(jwk.toRSAKey().toRSAPublicKey(), provider));
        provider.ifPresent(verifier.getJCAContext()::setProvider);
        return verifier;
    }

    /** The key in the provider's own representation, so that it is not converted for each signature. */
    private static PublicKey translated(PublicKey key, Optional<Provider> provider) throws JOSEException {
        if (provider.isEmpty()) {
            return key;
        }
        try {
            return (PublicKey)
                    KeyFactory.getInstance(key.getAlgorithm(), provider.get()).translateKey(key);
        } catch (GeneralSecurityException e) {
            throw new JOSEException("not a key for " + provider.get().getName(), e);
        }
    }
}
