package io.scopeguard.token;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetBasedJWKSource;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.URLBasedJWKSetSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An issuer's published signing keys, cached by time whatever the answer's cache headers say. Fetched when first needed, then
 * ahead of their expiry; at most twice within {@link #FETCH_INTERVAL}, however many unknown key ids are asked for; the last
 * known keys outlast an outage of {@link #OUTAGE}. Thread-safe.
 */
final class SigningKeys implements AutoCloseable {

    /** A key that was rotated in is found after this time at the latest. */
    static final Duration FETCH_INTERVAL = Duration.ofSeconds(10);

    private static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);
    private static final Duration REFRESH_AHEAD = Duration.ofMinutes(1);
    private static final Duration OUTAGE = Duration.ofHours(4);
    private static final Duration WAIT = Duration.ofSeconds(3);
    private static final int HTTP_TIMEOUT_MILLIS = 2_000;
    private static final int MAX_BYTES = 256 * 1024;

    private final TrustworthyKeys published;
    private final JWKSetSource<SecurityContext> cached;
    private volatile KeysById keys = KeysById.NONE;

    SigningKeys(URI jwkSetUri) {
        published = new TrustworthyKeys(new URLBasedJWKSetSource<>(url(jwkSetUri), new DirectRetriever()));
        JWKSource<SecurityContext> source = JWKSourceBuilder.create(published)
                .cache(TIME_TO_LIVE.toMillis(), WAIT.toMillis())
                .refreshAheadCache(REFRESH_AHEAD.toMillis(), false)
                .rateLimited(FETCH_INTERVAL.toMillis())
                .outageTolerant(OUTAGE.toMillis())
                .build();
        cached = ((JWKSetBasedJWKSource<SecurityContext>) source).getJWKSetSource();
    }

    /**
     * The key of that id, if it is fit for the algorithm; {@code null} if the issuer publishes none.
     *
     * @throws KeysUnavailableException if that cannot be told now
     */
    @Nullable
    VerificationKey find(String keyId, JWSAlgorithm algorithm) {
        KeysById known = current(JWKSetCacheRefreshEvaluator.noRefresh());
        VerificationKey key = known.get(keyId);
        if (key == null) {
            key = current(JWKSetCacheRefreshEvaluator.referenceComparison(known.set()))
                    .get(keyId);
        }
        if (key == null && published.lastFetchFailed()) {
            throw unavailable(null);
        }
        return key != null && key.fits(algorithm) ? key : null;
    }

    /**
     * Whether the issuer still publishes the key.
     *
     * @throws KeysUnavailableException if that cannot be told now
     */
    boolean publishes(VerificationKey key) {
        return key.equals(current(JWKSetCacheRefreshEvaluator.noRefresh()).get(key.id()));
    }

    @Override
    public void close() {
        try {
            cached.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private KeysById current(JWKSetCacheRefreshEvaluator evaluator) {
        try {
            JWKSet set = cached.getJWKSet(evaluator, System.currentTimeMillis(), null);
            KeysById known = keys;
            if (known.isReadingOf(set)) {
                return known;
            }
            KeysById renewed = known.renewed(set);
            keys = renewed;
            return renewed;
        } catch (KeySourceException e) {
            throw unavailable(e);
        }
    }

    private static KeysUnavailableException unavailable(@Nullable Throwable cause) {
        return new KeysUnavailableException("The issuer's signing keys cannot be had.", FETCH_INTERVAL, cause);
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
