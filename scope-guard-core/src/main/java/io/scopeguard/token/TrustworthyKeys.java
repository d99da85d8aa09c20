package io.scopeguard.token;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetSourceWrapper;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.proc.SecurityContext;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets through only keys that can be relied on: asymmetric, strong, for signatures, and the only one of their id. Remembers
 * whether the last fetch failed, which an outage-tolerant cache above it hides.
 */
final class TrustworthyKeys extends JWKSetSourceWrapper<SecurityContext> {

    private volatile boolean lastFetchFailed;

    TrustworthyKeys(JWKSetSource<SecurityContext> source) {
        super(source);
    }

    boolean lastFetchFailed() {
        return lastFetchFailed;
    }

    @Override
    public JWKSet getJWKSet(
            JWKSetCacheRefreshEvaluator refreshEvaluator, long currentTime, @Nullable SecurityContext context)
            throws KeySourceException {
        lastFetchFailed = true;
        List<JWK> keys = trustworthy(
                getSource().getJWKSet(refreshEvaluator, currentTime, context).getKeys());
        if (keys.isEmpty()) {
            // An issuer that signs has a key: this is an accident, and must not replace the keys we know.
            throw new JWKSetUnavailableException("The JWK Set has no key that can be relied on");
        }
        lastFetchFailed = false;
        return new JWKSet(keys);
    }

    private static List<JWK> trustworthy(List<JWK> keys) {
        Map<String, Long> uses = keys.stream()
                .filter(key -> key.getKeyID() != null)
                .collect(Collectors.groupingBy(JWK::getKeyID, Collectors.counting()));
        return keys.stream()
                .filter(key -> Long.valueOf(1).equals(uses.get(key.getKeyID())))
                .filter(KeyPolicy::isTrustworthy)
                .map(JWK::toPublicJWK)
                .toList();
    }
}
