package io.scopeguard.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The keys of a JWK Set, ready to verify. A key that was in the previous set stays the same object. Immutable. */
final class KeysById {

    static final KeysById NONE = new KeysById(Map.of());

    private final Map<String, VerificationKey> byId;

    private KeysById(Map<String, VerificationKey> byId) {
        this.byId = byId;
    }

    @Nullable
    VerificationKey get(String id) {
        return byId.get(id);
    }

    KeysById renewed(List<JWK> published) {
        Map<String, VerificationKey> keys = new HashMap<>();
        for (JWK jwk : published) {
            VerificationKey known = byId.get(jwk.getKeyID());
            try {
                keys.put(jwk.getKeyID(), known != null && known.isOf(jwk) ? known : new VerificationKey(jwk));
            } catch (JOSEException | RuntimeException e) {
                // The key cannot verify anything, so it counts as not published. Providers of cryptography throw
                // undeclared exceptions.
            }
        }
        return new KeysById(Map.copyOf(keys));
    }
}
