package io.scopeguard.token;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An issuer's published signing keys, cached by time whatever the answer's cache headers say. Fetched when first needed, then
 * ahead of their expiry; at most twice within {@link #FETCH_INTERVAL}, however many unknown key ids are asked for; the last
 * known keys outlast an outage of {@link #OUTAGE}. Thread-safe.
 */
final class SigningKeys {

    /** A key that was rotated in is found after this time at the latest. */
    static final Duration FETCH_INTERVAL = Duration.ofSeconds(10);

    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);
    private static final Duration REFRESH_AHEAD = Duration.ofMinutes(1);
    private static final Duration OUTAGE = Duration.ofHours(4);
    private static final Duration WAIT = Duration.ofSeconds(3);
    private static final int HTTP_TIMEOUT_MILLIS = 2_000;
    private static final int MAX_BYTES = 256 * 1024;

    private final TrustworthyKeys published;
    private final JWKSource<SecurityContext> cached;

    SigningKeys(URI jwkSetUri) {
        published = new TrustworthyKeys(new URLBasedJWKSetSource<>(url(jwkSetUri), new DirectRetriever()));
        cached = JWKSourceBuilder.create(published)
                .cache(TIME_TO_LIVE.toMillis(), WAIT.toMillis())
                .refreshAheadCache(REFRESH_AHEAD.toMillis(), false)
                .rateLimited(FETCH_INTERVAL.toMillis())
                .outageTolerant(OUTAGE.toMillis())
                .build();
    }

    /**
     * The key of that id, if it is fit for the algorithm; {@code null} if the issuer publishes none.
     *
     * @throws KeysUnavailableException if that cannot be told now
     */
    @Nullable
    JWK find(String keyId, JWSAlgorithm algorithm) {
        JWKMatcher matcher = new JWKMatcher.Builder().keyID(keyId).build();
        List<JWK> found;
        try {
            found = cached.get(new JWKSelector(matcher), null);
        } catch (KeySourceException e) {
            throw new KeysUnavailableException("The issuer's signing keys cannot be had.", FETCH_INTERVAL, e);
        }
        if (found.isEmpty() && published.lastFetchFailed()) {
            throw new KeysUnavailableException("The issuer's signing keys cannot be had.", FETCH_INTERVAL);
        }
        return found.stream()
                .filter(key -> KeyPolicy.fits(key, algorithm))
                .findFirst()
                .orElse(null);
    }

    private static URL url(URI uri) {
        try {
            return uri.toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("not a URL: " + uri, e);
        }
    }

    /** Keys are taken from the place that was configured: a redirect is no answer. */
    private static final class DirectRetriever extends DefaultResourceRetriever {

        DirectRetriever() {
            super(HTTP_TIMEOUT_MILLIS, HTTP_TIMEOUT_MILLIS, MAX_BYTES);
        }

        @Override
        protected HttpURLConnection openHTTPConnection(URL url) throws IOException {
            HttpURLConnection connection = super.openHTTPConnection(url);
            connection.setInstanceFollowRedirects(false);
            return connection;
        }
    }
}
