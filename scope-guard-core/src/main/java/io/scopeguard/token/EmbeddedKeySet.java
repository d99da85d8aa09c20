package io.scopeguard.token;

import java.net.URI;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;

/**
 * A JWK Set that is contained in its address, as {@code data:application/json;base64,…} (RFC 2397). Nothing is fetched, so the keys
 * are always available and never change. For issuers inside this process, such as in tests.
 */
final class EmbeddedKeySet {

    private static final String PREFIX = "application/json;base64,";

    private final PublishedKeys keys;

    /**
     * @throws IllegalArgumentException if the address contains no JWK Set in base64, or the set has no usable key
     */
    EmbeddedKeySet(URI uri) {
        String content = uri.getSchemeSpecificPart();
        if (!content.startsWith(PREFIX)) {
            throw new IllegalArgumentException("A JWK Set in a data URI begins with data:" + PREFIX);
        }
        try {
            this.keys = PublishedKeys.parse(Base64.getDecoder().decode(content.substring(PREFIX.length())));
        } catch (KeySetException e) {
            throw new IllegalArgumentException("The data URI contains no usable JWK Set: " + e.getMessage(), e);
        }
    }

    static boolean isIn(URI uri) {
        return "data".equalsIgnoreCase(uri.getScheme());
    }

    CompletableFuture<PublishedKeys> keys() {
        return CompletableFuture.completedFuture(keys);
    }
}
