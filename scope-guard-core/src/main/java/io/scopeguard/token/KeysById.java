package io.scopeguard.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One reading of a JWK Set, ready to verify by. A key that was in the reading before stays the same object. Immutable. */
final class KeysById {

    static final KeysById NONE = new KeysById(new JWKSet(), Map.of());

    private final JWKSet set;
    private final Map<String, VerificationKey> byId;

    private KeysById(JWKSet set, Map<String, VerificationKey> byId) {
        this.set = set;
        this.byId = byId;
    }

    JWKSet set() {
        return set;
    }

    /** Whether this was made from that very object: comparing all keys each time would cost more than it saves. */
    @SuppressWarnings("ReferenceEquality")
    boolean isReadingOf(JWKSet other) {
        return set == other;
    }

    @Nullable
    VerificationKey get(String id) {
        return byId.get(id);
    }

    KeysById renewed(JWKSet fetched) {
        Map<String, VerificationKey> keys = new HashMap<>();
        for (JWK jwk : fetched.getKeys()) {
            VerificationKey known = byId.get(jwk.getKeyID());
            try {
                keys.put(jwk.getKeyID(), known != null && known.isOf(jwk) ? known : new VerificationKey(jwk));
            } catch (JOSEException e) {
                // Not a key that anything could be verified by: as if it were not published.
            }
        }
        return new KeysById(fetched, Map.copyOf(keys));
    }
}
