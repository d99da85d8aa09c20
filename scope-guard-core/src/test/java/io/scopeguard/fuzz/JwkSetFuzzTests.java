package io.scopeguard.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.KeysUnavailableException;
import java.net.URI;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;

/** The document at the JWK Set endpoint, fetched anew for each input. */
class JwkSetFuzzTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);
    private static final String genuine = tokens.organization("acme").compact();
    private static final DistinctMessages messages = new DistinctMessages();
    private static volatile byte[] document = {};
    private static final RawServer server = new RawServer(exchange -> RawServer.answer(exchange, 200, document));

    @AfterAll
    static void stop() {
        server.close();
        tokens.close();
    }

    static Stream<byte[]> seeds() {
        String key = tokens.key().toPublicJWK().toJSONString();
        return Stream.of(
                        new JWKSet(tokens.key()).toString(),
                        "{\"keys\":[null,{},{\"kty\":\"EC\",\"crv\":\"P-999\",\"x\":\"AA\",\"y\":\"AA\"}," + key + "]}",
                        "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\",\"kid\":\"first\"}]}",
                        "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AA\",\"e\":\"AQ\",\"kid\":\"first\"}]}",
                        "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\",\"kid\":\"first\"}," + key + "," + key + "]}",
                        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\",\"use\":\"sig\",\"key_ops\":[\"verify\"]}]}",
                        "{\"keys\":{}}",
                        "null",
                        "<html>")
                .map(json -> json.getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest
    void verify(byte[] jwkSet) {
        document = jwkSet;
        try (AccessTokenVerifier verifier = tokens.verifierBuilder(clock, URI.create(server.url() + "/jwks"))
                .build()) {
            verifier.verify(genuine);
        } catch (InvalidTokenException | KeysUnavailableException documented) {
            messages.add(documented);
        }
    }
}
