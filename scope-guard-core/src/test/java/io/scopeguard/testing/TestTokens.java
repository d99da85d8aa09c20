package io.scopeguard.testing;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okForContentType;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.scope.Audience;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.NativeCrypto;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A small issuer of Logto's tokens. It signs them with its own key and publishes the key over HTTP, so that tests obtain an
 * {@link AccessToken} by verification.
 */
public final class TestTokens implements AutoCloseable {

    /** The API resource whose tokens are accepted in addition to organization tokens. */
    public static final Audience API = Audience.resource("https://api.example.test");

    public static final String JWKS_PATH = "/oidc/jwks";
    public static final Duration LIFETIME = Duration.ofHours(1);

    static {
        if (Boolean.getBoolean("nativeCrypto")) {
            NativeCrypto.load().join();
        }
    }

    private final WireMockServer server = Loopback.start();
    private final AtomicLong serial = new AtomicLong();
    private final Clock clock;
    private final ECKey key = newKey("first");
    private final AccessTokenVerifier verifier;

    public TestTokens(Clock clock) {
        this.clock = clock;
        publish(key);
        verifier = verifierBuilder(clock).build();
    }

    /** A fresh P-256 key. */
    public static ECKey newKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyID(id)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.ES256)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public WireMockServer server() {
        return server;
    }

    public ECKey key() {
        return key;
    }

    public AccessTokenVerifier verifier() {
        return verifier;
    }

    public LogtoTenant tenant() {
        return new LogtoTenant(URI.create(server.baseUrl()));
    }

    public URI jwkSetUri() {
        return tenant().jwkSetUri();
    }

    /** A verifier of the Logto tenant's tokens. */
    public AccessTokenVerifier.Builder verifierBuilder(Clock clock) {
        return verifierBuilder(clock, jwkSetUri());
    }

    /** A verifier of the Logto tenant's tokens with keys that are published elsewhere. */
    public AccessTokenVerifier.Builder verifierBuilder(Clock clock, URI jwkSetUri) {
        Logto logto = Logto.at(tenant(), "app", "secret").build();
        return AccessTokenVerifier.builder(logto.issuers(), jwkSetUri, logto.tokenReader(List.of(API)))
                .keyTimeout(Loopback.PATIENCE)
                .clock(clock);
    }

    /** Publishes exactly these keys, without their private parts. */
    public void publish(JWK... keys) {
        publish(new JWKSet(List.of(keys)).toString(true));
    }

    /** Publishes this text as the key set. */
    public void publish(String jwkSet) {
        server.stubFor(get(urlEqualTo(JWKS_PATH)).willReturn(okForContentType("application/jwk-set+json", jwkSet)));
    }

    /** Starts a token of a user for an organization. */
    public Token organization(String id) {
        return new Token().with("aud", "urn:logto:organization:" + id);
    }

    /** Starts a token of a user for the API resource, within an organization. */
    public Token organizationResource(String id) {
        return resource().with("organization_id", id);
    }

    /** Starts a token of a user for the API resource, outside of organizations. */
    public Token resource() {
        return new Token().with("aud", API.value());
    }

    /** A header of an access token signed by the published key. */
    public JWSHeader.Builder header() {
        return header(JWSAlgorithm.ES256, key.getKeyID());
    }

    public static JWSHeader.Builder header(JWSAlgorithm algorithm, String keyId) {
        return new JWSHeader.Builder(algorithm)
                .type(new JOSEObjectType("at+jwt"))
                .keyID(keyId);
    }

    /** Signs any payload with any header. */
    public static String sign(JWSHeader header, String payload, JWK key) {
        try {
            JWSSigner signer = key instanceof ECKey ec
                    ? new ECDSASigner(ec)
                    : new RSASSASigner(key.toRSAKey().toPrivateKey(), Set.of(AllowWeakRSAKey.getInstance()));
            JWSObject jws = new JWSObject(header, new Payload(payload));
            jws.sign(signer);
            return jws.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop();
    }

    /** Builds claims: by default, those of a user's browser application, issued now and valid for an hour. */
    public final class Token {

        private final Map<String, Object> claims = new LinkedHashMap<>();

        private Token() {
            claims.put("jti", "jti-" + serial.incrementAndGet());
            claims.put("sub", "alice");
            claims.put("client_id", "browser");
            claims.put("iss", tenant().issuer());
            issuedAt(clock.instant());
        }

        public Token scopes(String... names) {
            return with("scope", String.join(" ", names));
        }

        public Token subject(String id) {
            return with("sub", id);
        }

        public Token client(String id) {
            return with("client_id", id);
        }

        /** The application acts on its own behalf. */
        public Token application(String id) {
            return subject(id).client(id);
        }

        public Token issuedAt(Instant time) {
            return with("iat", time.getEpochSecond())
                    .with("exp", time.plus(LIFETIME).getEpochSecond());
        }

        public Token with(String claim, @Nullable Object value) {
            claims.put(claim, value);
            return this;
        }

        public Token without(String claim) {
            claims.remove(claim);
            return this;
        }

        public String json() {
            return new Payload(claims).toString();
        }

        /** The serialized token. */
        public String compact() {
            return compact(header().build());
        }

        public String compact(JWSHeader header) {
            return sign(header, json(), key);
        }

        /** The verified token. */
        public AccessToken verified() {
            return verifier.verify(compact());
        }
    }
}
