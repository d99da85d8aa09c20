package io.scopeguard.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.nimbusds.jose.util.Base64URL;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.KeysUnavailableException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole token, and its header. Input that begins with a brace is the header's JSON in front of the payload and signature of a
 * genuine token: a fuzzer that had to find base64url first would never get so far.
 */
class CompactTokenFuzzTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);
    private static final AccessTokenVerifier verifier =
            tokens.verifierBuilder(clock).build();
    private static final String genuine =
            tokens.organization("acme").scopes("read").compact();
    private static final DistinctMessages messages = new DistinctMessages();

    @AfterAll
    static void stop() {
        verifier.close();
        tokens.close();
    }

    static Stream<byte[]> seeds() {
        return Stream.concat(
                Stream.of(genuine, genuine + "=", genuine.replace('.', ','), "a.b.c", "..", "8bAoZEh3I90dLoaz5zZv")
                        .map(token -> token.getBytes(ISO_8859_1)),
                Stream.of(
                                tokens.header().build().toString(),
                                "{\"alg\":\"none\"}",
                                "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"first\"}",
                                "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"first\",\"crit\":[\"b64\"],\"b64\":false}",
                                "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"first\",\"zip\":\"DEF\",\"cty\":\"JWT\"}",
                                "{\"alg\":\"ES256\",\"alg\":\"none\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\"},\"x5c\":[\"a\"]}",
                                "{\"alg\":\"dir\",\"enc\":\"A256GCM\",\"epk\":{},\"apu\":\"\",\"p2c\":1}")
                        .map(header -> header.getBytes(UTF_8)));
    }

    @MethodSource("seeds")
    @FuzzTest
    void verify(byte[] input) {
        String token = token(input);
        try {
            verifier.verify(token);
            if (!token.equals(genuine)) {
                throw new AssertionError("accepted, and not what was issued: " + token);
            }
        } catch (InvalidTokenException | KeysUnavailableException documented) {
            messages.add(documented);
        }
    }

    private static String token(byte[] input) {
        boolean isHeader = input.length > 0 && input[0] == '{';
        return isHeader
                ? Base64URL.encode(input) + genuine.substring(genuine.indexOf('.'))
                : new String(input, ISO_8859_1);
    }
}
