package io.scopeguard.spring.support;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import io.scopeguard.token.NativeCrypto;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A token to be signed. Immutable. Each signing produces another signature, but the {@code jti} stays the same. */
public record TestToken(ECKey key, @Nullable String type, Map<String, Object> claims) {

    public TestToken with(String claim, @Nullable Object value) {
        Map<String, Object> changed = new LinkedHashMap<>(claims);
        if (value == null) {
            changed.remove(claim);
        } else {
            changed.put(claim, value);
        }
        return new TestToken(key, type, changed);
    }

    public TestToken withType(@Nullable String other) {
        return new TestToken(key, other, claims);
    }

    public TestToken withKey(ECKey other) {
        return new TestToken(other, type, claims);
    }

    public String signed() {
        JWSAlgorithm algorithm = key.getCurve().equals(Curve.P_256) ? JWSAlgorithm.ES256 : JWSAlgorithm.ES384;
        JWSHeader.Builder header = new JWSHeader.Builder(algorithm).keyID(key.getKeyID());
        if (type != null) {
            header.type(new JOSEObjectType(type));
        }
        JWSObject jws = new JWSObject(header.build(), new Payload(claims));
        try {
            ECDSASigner signer = new ECDSASigner(key);
            // The JDK takes milliseconds.
            NativeCrypto.load().getNow(Optional.empty()).ifPresent(signer.getJCAContext()::setProvider);
            jws.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return jws.serialize();
    }

    /** The fingerprint in the {@code Scope-Drift} header. */
    public String fingerprint() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(((String) claims.get("jti")).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().encodeToString(digest).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
