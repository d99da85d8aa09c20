package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.KeyListener.Outcome;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The entries of a JWK Set are checked one by one, and no entry affects the others. */
class PublishedKeysTests {

    private static final String GOOD = TestTokens.newKey("good").toPublicJWK().toJSONString();
    private static final String X = "\"x\":\"pYkxEyczvZkQ7UG1rIpl6fBAQQvXmpITYv99Uf3X7aE\"";
    private static final String Y = "\"y\":\"uQKi7IUrz3wwlcy1yW3HbZxiu5bQgRTfoVFDIFFHluE\"";
    private static final RSAKey RSA = rsaKey();
    private static final String N = "\"n\":\"" + RSA.getModulus() + "\"";

    static Stream<Arguments> entriesThatAreIgnored() {
        return Stream.of(
                ignored("null entry", "null", "not a JSON object"),
                ignored("a number", "1", "not a JSON object"),
                ignored("a string", "\"key\"", "not a JSON object"),
                ignored("an array", "[[]]", "not a JSON object"),
                ignored("nothing", "{}", "malformed"),
                ignored("no kty", "{\"kid\":\"odd\",\"use\":\"sig\"}", "malformed"),
                ignored("kty of another type", "{\"kid\":\"odd\",\"kty\":1}", "malformed"),
                ignored(
                        "unknown kty",
                        "{\"kid\":\"odd\",\"kty\":\"AKP\",\"alg\":\"ML-DSA-65\",\"pub\":\"AA\"}",
                        "unknown"),
                ignored("unknown curve", ec("\"crv\":\"brainpoolP256r1\"," + X + "," + Y), "curve"),
                ignored("curve of another type", ec("\"crv\":256," + X + "," + Y), "malformed"),
                ignored("no curve", ec(X + "," + Y), "malformed"),
                ignored("no y", ec("\"crv\":\"P-256\"," + X), "malformed"),
                ignored("off curve", ec("\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\""), "malformed"),
                ignored("off its curve", ec("\"crv\":\"P-384\"," + X + "," + Y), "malformed"),
                ignored("x of another type", ec("\"crv\":\"P-256\",\"x\":7," + Y), "malformed"),
                ignored(
                        "secp256k1",
                        ec(
                                "\"crv\":\"secp256k1\",\"x\":\"eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g\",\"y\":\"SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg\""),
                        "P-256, P-384, P-521"),
                ignored(
                        "Ed25519",
                        "{\"kid\":\"odd\",\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
                                + "\"JVuzaFQ-d6Q3AGgLerQNjRDaTwoF1jBGt3ScDhQ4Dso\"}",
                        "neither RSA nor"),
                ignored("x5c only", rsa("\"alg\":\"RS256\",\"x5c\":[\"MIIC\"]"), "malformed"),
                ignored("broken x5c", rsa("\"e\":\"AQAB\"," + N + ",\"x5c\":[\"not a certificate\"]"), "malformed"),
                ignored("x5c of another type", rsa("\"e\":\"AQAB\"," + N + ",\"x5c\":{}"), "malformed"),
                ignored("key_ops of another type", rsa("\"e\":\"AQAB\"," + N + ",\"key_ops\":7"), "malformed"),
                ignored("kid of another type", "{\"kid\":7,\"kty\":\"RSA\",\"e\":\"AQAB\"," + N + "}", "malformed"),
                ignored("no kid", "{\"kty\":\"RSA\",\"e\":\"AQAB\"," + N + "}", "no kid"),
                ignored("no modulus", rsa("\"e\":\"AQAB\""), "malformed"),
                ignored("empty modulus", rsa("\"e\":\"AQAB\",\"n\":\"\""), "bits"),
                ignored("no base64url", rsa("\"e\":\"AQAB\",\"n\":\"AL==\""), "bits"),
                ignored("exponent as a number", rsa("\"e\":65537," + N), "malformed"),
                ignored("exponent 1", rsa("\"e\":\"AQ\"," + N), "not valid for RSA"),
                ignored("exponent 2", rsa("\"e\":\"Ag\"," + N), "not valid for RSA"),
                ignored("even exponent", rsa("\"e\":\"AQAA\"," + N), "not valid for RSA"),
                ignored("huge exponent", rsa("\"e\":\"" + RSA.getModulus() + "\"," + N), "not valid for RSA"),
                ignored("even modulus", rsa(modulus(BigInteger.ONE.shiftLeft(2047))), "not valid for RSA"),
                ignored(
                        "short modulus",
                        rsa(modulus(BigInteger.ONE.shiftLeft(1023).add(BigInteger.ONE))),
                        "bits"),
                ignored(
                        "huge modulus",
                        rsa(modulus(BigInteger.ONE.shiftLeft(20_000).add(BigInteger.ONE))),
                        "bits"),
                ignored("huge number", rsa("\"e\":\"AQAB\"," + N + ",\"exp\":1" + "0".repeat(4_000)), "malformed"),
                ignored("ROCA", rsa(modulus(RocaFingerprintTests.weakModulus())), "ROCA"),
                ignored("private part", RSA.toJSONString(), "secret"),
                ignored("symmetric", "{\"kid\":\"odd\",\"kty\":\"oct\",\"k\":\"AAAA\"}", "secret"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("entriesThatAreIgnored")
    void parseWhenAnEntryIsNoKeyToRelyOnThenItIsIgnoredAndTheOthersAreNot(String name, String entry, String reason)
            throws KeySetException {
        for (String set : List.of(entry + "," + GOOD, GOOD + "," + entry)) {
            PublishedKeys published = parse(set);

            assertThat(published.keys()).as(name).extracting(JWK::getKeyID).containsExactly("good");
            assertThat(published.setAside().values()).singleElement().asString().contains(reason);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"use\":\"enc\"",
                "\"use\":\"tls\"",
                "\"alg\":\"RSA-OAEP\"",
                "\"alg\":\"PS512\"",
                "\"key_ops\":[\"encrypt\"]"
            })
    void parseWhenAKeyIsForSomethingElseThenThatIsNothingToTell(String member) throws KeySetException {
        PublishedKeys published =
                parse(GOOD + ",{\"kid\":\"odd\",\"kty\":\"RSA\",\"e\":\"AQAB\"," + N + "," + member + "}");

        assertThat(published.keys()).extracting(JWK::getKeyID).containsExactly("good");
        assertThat(published.setAside()).isEmpty();
    }

    @Test
    void parseWhenKeysShareAnIdThenNoneOfThemIsUsed() throws KeySetException {
        String twins = TestTokens.newKey("twin").toPublicJWK() + ","
                + TestTokens.newKey("twin").toPublicJWK();

        PublishedKeys published =
                parse(twins + "," + GOOD + "," + TestTokens.newKey("twin").toPublicJWK());

        assertThat(published.keys()).extracting(JWK::getKeyID).containsExactly("good");
        assertThat(published.setAside()).containsOnlyKeys("key twin");
    }

    @Test
    void parseWhenAKeyIsPublishedTwiceThenItIsOneKey() throws KeySetException {
        PublishedKeys published = parse(GOOD + "," + GOOD);

        assertThat(published.keys()).hasSize(1);
        assertThat(published.setAside()).isEmpty();
    }

    @Test
    void parseWhenAMalformedEntrySharesAnIdThenTheGoodOneIsUsed() throws KeySetException {
        assertThat(parse("{\"kid\":\"good\",\"kty\":\"EC\"}," + GOOD).keys()).hasSize(1);
    }

    @Test
    void parseWhenThePrivatePartOfAKeyIsPublishedBesideItThenItIsNotUsed() throws KeySetException {
        ECKey leaked = TestTokens.newKey("leaked");

        for (String both : List.of(leaked + "," + leaked.toPublicJWK(), leaked.toPublicJWK() + "," + leaked)) {
            assertThat(parse(both + "," + GOOD).keys())
                    .extracting(JWK::getKeyID)
                    .containsExactly("good");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null | MALFORMED",
                "[] | MALFORMED",
                "{} | MALFORMED",
                "{\"keys\":{}} | MALFORMED",
                "{\"keys\":null} | MALFORMED",
                "{\"keys\":[} | MALFORMED",
                "<html> | MALFORMED",
                "{\"keys\":[]} | NO_KEYS",
                "{\"keys\":[null]} | NO_KEYS"
            })
    void parseWhenThereIsNoKeyAtAllThenSaysWhy(String body, Outcome outcome) {
        assertThatExceptionOfType(KeySetException.class)
                .isThrownBy(() -> PublishedKeys.parse(body.getBytes(StandardCharsets.UTF_8)))
                .extracting(KeySetException::outcome)
                .isEqualTo(outcome);
    }

    @Test
    void parseWhenNestedDeeplyThenMalformed() {
        String deep = "{\"keys\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThatExceptionOfType(KeySetException.class)
                .isThrownBy(() -> PublishedKeys.parse(deep.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void namesWhenAnIdCannotBePrintedThenThePlaceIsNamed() throws KeySetException {
        Map<String, String> setAside =
                parse(GOOD + ",{\"kid\":\"a\\nWARN b\"},{\"kid\":\"odd\"}").setAside();

        assertThat(setAside).containsOnlyKeys("entry 2", "key odd");
    }

    private static Arguments ignored(String name, String entry, String reason) {
        return Arguments.of(name, entry, reason);
    }

    private static PublishedKeys parse(String entries) throws KeySetException {
        return PublishedKeys.parse(("{\"keys\":[" + entries + "]}").getBytes(StandardCharsets.UTF_8));
    }

    private static String ec(String members) {
        return "{\"kid\":\"odd\",\"kty\":\"EC\",\"use\":\"sig\"," + members + "}";
    }

    private static String rsa(String members) {
        return "{\"kid\":\"odd\",\"kty\":\"RSA\",\"use\":\"sig\"," + members + "}";
    }

    private static String modulus(BigInteger modulus) {
        return "\"e\":\"AQAB\",\"n\":\"" + Base64URL.encode(modulus) + "\"";
    }

    private static RSAKey rsaKey() {
        try {
            return new RSAKeyGenerator(2048).keyID("odd").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
