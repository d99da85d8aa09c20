package io.scopeguard.token;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okForContentType;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.util.Base64URL;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.testing.Loopback;
import io.scopeguard.time.SteadyClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The test vectors of Project Wycheproof. Each key is published as a JWK Set over HTTP, and each signature takes the steps of
 * {@link AccessTokenVerifier}, except for claims: the vectors sign plain text.
 */
class WycheproofTests {

    private static final String NO_CLAIMS = "an empty payload cannot be a claims set";
    private static final String NO_SUCH_ALGORITHM = "the key names ES521, which is not an algorithm of RFC 7518";

    /** The valid vectors of supported algorithms that are rejected, by {@code tcId}, with the reason. */
    private static final Map<Integer, String> REFUSED_ON_PURPOSE =
            Map.of(259, NO_CLAIMS, 347, NO_SUCH_ALGORITHM, 351, NO_SUCH_ALGORITHM);

    private static final WireMockServer server = Loopback.start();

    /** The build runs these tests twice: with the JDK's cryptography, and with native cryptography. */
    @BeforeAll
    static void loadNativeCryptography() {
        assertThat(NativeCrypto.load().join().isPresent()).isEqualTo(Boolean.getBoolean("nativeCrypto"));
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    @Test
    void verifyWhenSignatureVectorIsInvalidThenRefused() {
        Score score = score("json_web_signature_test");

        System.out.println("Wycheproof, JSON Web Signature: " + score);
        assertThat(score.invalid).as("invalid vectors").hasSize(355);
        assertThat(score.acceptedInvalid()).isEmpty();
        assertThat(score.valid).as("valid vectors of supported algorithms").hasSize(12);
        assertThat(score.refusedValid()).containsExactlyInAnyOrderElementsOf(REFUSED_ON_PURPOSE.keySet());
        // If all vectors were rejected for other reasons, nothing would be proved about signatures.
        assertThat(score.invalid.values().stream().filter(Outcome.WRONG_SIGNATURE::equals))
                .hasSizeGreaterThan(240);
    }

    @Test
    void verifyWhenKeyVectorIsInvalidThenRefused() {
        Score score = score("json_web_key_test");

        System.out.println("Wycheproof, JSON Web Key: " + score);
        assertThat(score.invalid).as("invalid vectors").hasSize(21);
        assertThat(score.acceptedInvalid()).isEmpty();
        assertThat(score.valid).as("valid vectors of supported algorithms").hasSize(1);
        assertThat(score.refusedValid()).isEmpty();
    }

    private enum Outcome {
        ACCEPTED,
        MALFORMED,
        UNSUPPORTED_ALGORITHM,
        NO_KEY,
        WRONG_SIGNATURE
    }

    private static Score score(String file) {
        Score score = new Score();
        for (JsonNode group : read(file).get("testGroups")) {
            JsonNode key = group.has("public") ? group.get("public") : group.get("private");
            try (SigningKeys keys = publish(key)) {
                for (JsonNode vector : group.get("tests")) {
                    score.add(vector, keys);
                }
            }
        }
        return score;
    }

    /** Publishes a JWK Set, or a single key as a JWK Set. */
    private static SigningKeys publish(JsonNode key) {
        JsonNode published = publicPart(key);
        String set = published.has("keys") ? published.toString() : "{\"keys\":[" + published + "]}";
        server.stubFor(get(urlEqualTo("/jwks")).willReturn(okForContentType("application/jwk-set+json", set)));
        return new SigningKeys(
                URI.create(server.baseUrl() + "/jwks"), Loopback.PATIENCE, KeyListener.none(), SteadyClock.system());
    }

    /** Keys that are published with their private part are refused for that reason alone, which the vectors do not test. */
    private static JsonNode publicPart(JsonNode key) {
        JsonNode copy = key.deepCopy();
        for (JsonNode each : copy.has("keys") ? copy.get("keys") : List.of(copy)) {
            ((ObjectNode) each).remove(List.of("d", "p", "q", "dp", "dq", "qi"));
        }
        return copy;
    }

    private static Outcome verify(String token, SigningKeys keys) {
        JWSObject jws = parse(token);
        if (jws == null || jws.getHeader().getKeyID() == null) {
            return Outcome.MALFORMED;
        }
        JWSAlgorithm algorithm = jws.getHeader().getAlgorithm();
        if (!KeyPolicy.accepts(algorithm)) {
            return Outcome.UNSUPPORTED_ALGORITHM;
        }
        VerificationKey key = find(jws, keys);
        if (key == null) {
            return Outcome.NO_KEY;
        }
        return key.verifies(jws) ? Outcome.ACCEPTED : Outcome.WRONG_SIGNATURE;
    }

    private static @Nullable JWSObject parse(String token) {
        try {
            CompactSerialization.check(token, 64 * 1024);
            return JWSObject.parse(token);
        } catch (InvalidTokenException | ParseException e) {
            return null;
        }
    }

    /** Without any usable key the whole JWK Set is unavailable. */
    private static @Nullable VerificationKey find(JWSObject jws, SigningKeys keys) {
        try {
            return keys.find(jws.getHeader().getKeyID(), jws.getHeader().getAlgorithm());
        } catch (KeysUnavailableException e) {
            return null;
        }
    }

    private static JsonNode read(String file) {
        try (InputStream in = WycheproofTests.class.getResourceAsStream("/wycheproof/" + file + ".json")) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The outcomes by {@code tcId}. */
    private static final class Score {

        private final Map<Integer, Outcome> invalid = new LinkedHashMap<>();
        private final Map<Integer, Outcome> valid = new LinkedHashMap<>();
        private int unsupported;

        void add(JsonNode vector, SigningKeys keys) {
            int id = vector.get("tcId").intValue();
            Outcome outcome = verify(vector.get("jws").stringValue(), keys);
            if (vector.get("result").stringValue().equals("invalid")) {
                invalid.put(id, outcome);
            } else if (isOfUnsupportedAlgorithm(vector)) {
                unsupported++;
                assertThat(outcome).as("tcId %d", id).isNotEqualTo(Outcome.ACCEPTED);
            } else {
                valid.put(id, outcome);
            }
        }

        List<Integer> acceptedInvalid() {
            return ids(invalid, true);
        }

        List<Integer> refusedValid() {
            return ids(valid, false);
        }

        /** Decided by the header alone, which every valid vector has. */
        private static boolean isOfUnsupportedAlgorithm(JsonNode vector) {
            String header = vector.get("jws").stringValue().split("\\.")[0];
            JsonNode parsed = JsonMapper.shared().readTree(new Base64URL(header).decode());
            return !KeyPolicy.accepts(JWSAlgorithm.parse(parsed.get("alg").stringValue()));
        }

        private static List<Integer> ids(Map<Integer, Outcome> outcomes, boolean accepted) {
            List<Integer> ids = new ArrayList<>();
            outcomes.forEach((id, outcome) -> {
                if (accepted == (outcome == Outcome.ACCEPTED)) {
                    ids.add(id);
                }
            });
            return ids;
        }

        private static Map<Outcome, Integer> counts(Map<Integer, Outcome> outcomes) {
            Map<Outcome, Integer> counts = new LinkedHashMap<>();
            outcomes.values().forEach(outcome -> counts.merge(outcome, 1, Integer::sum));
            return counts;
        }

        @Override
        public String toString() {
            return acceptedInvalid().size() + " of " + invalid.size() + " invalid vectors accepted " + acceptedInvalid()
                    + " (" + counts(invalid) + "), " + refusedValid().size() + " of " + valid.size()
                    + " valid vectors of supported algorithms refused " + refusedValid() + ", " + unsupported
                    + " valid vectors of unsupported algorithms";
        }
    }
}
