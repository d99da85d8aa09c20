package io.scopeguard.token;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.okForContentType;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.testing.LogEvents;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.KeyListener.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The accepted keys, and the consequences if they cannot be fetched. */
class SigningKeysTests {

    private static final long POLL = TimeUnit.MILLISECONDS.toNanos(5);
    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);

    private final AccessTokenVerifier verifier = tokens.verifierBuilder(clock).build();

    @AfterAll
    static void stop() {
        tokens.close();
    }

    @BeforeEach
    void publish() {
        tokens.server().resetAll();
        tokens.publish(tokens.key());
    }

    // Published keys that are not used

    static Stream<Named<JWK>> keysNotToRelyOn() throws JOSEException {
        return Stream.of(
                Named.of(
                        "RSA of 1024 bits",
                        new RSAKeyGenerator(1024, true).keyID("odd").generate()),
                Named.of("for encryption", ec(key -> key.keyUse(KeyUse.ENCRYPTION))),
                Named.of("for signing only", ec(key -> key.keyOperations(Set.of(KeyOperation.SIGN)))),
                Named.of("for another algorithm", ec(key -> key.algorithm(new JWSAlgorithm("ES256K")))),
                Named.of("for key agreement", ec(key -> key.keyOperations(Set.of(KeyOperation.DERIVE_KEY)))));
    }

    @ParameterizedTest
    @MethodSource("keysNotToRelyOn")
    void verifyWhenKeyIsNotToBeReliedOnThenUnknownKey(JWK key) {
        tokens.publish(tokens.key(), key);

        assertThatCode(() -> verifier.verify(tokens.organization("acme").compact()))
                .doesNotThrowAnyException();
        assertInvalid(signedBy(key, key instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256));
    }

    @Test
    void verifyWhenKeyIsOfTheWrongCurveThenUnknownKey() throws JOSEException {
        ECKey p384 = new ECKeyGenerator(Curve.P_384).keyID("p384").generate();
        ECKey p521 = new ECKeyGenerator(Curve.P_521).keyID("p521").generate();
        tokens.publish(tokens.key(), p384, p521);

        assertThatCode(() -> verifier.verify(signedBy(p384, JWSAlgorithm.ES384)))
                .doesNotThrowAnyException();
        assertThatCode(() -> verifier.verify(signedBy(p521, JWSAlgorithm.ES512)))
                .doesNotThrowAnyException();
        String payload = tokens.organization("acme").json();
        for (JWSAlgorithm other : List.of(JWSAlgorithm.ES256, JWSAlgorithm.ES512)) {
            String renamed = TestTokens.sign(
                            TestTokens.header(JWSAlgorithm.ES384, "p384").build(), payload, p384)
                    .substring(TestTokens.header(JWSAlgorithm.ES384, "p384")
                            .build()
                            .toBase64URL()
                            .toString()
                            .length());
            assertInvalid(TestTokens.header(other, "p384").build().toBase64URL() + renamed);
        }
    }

    @Test
    void verifyWhenKeyIsSymmetricThenItIsNotEvenAKey() throws JOSEException {
        OctetSequenceKey secret =
                new OctetSequenceKeyGenerator(256).keyID("odd").generate();
        tokens.publish(new JWKSet(List.of(tokens.key().toPublicJWK(), secret)).toString(false));

        assertThatCode(() -> verifier.verify(tokens.organization("acme").compact()))
                .doesNotThrowAnyException();
        assertInvalid(signed(TestTokens.newKey("odd")));
    }

    @Test
    void verifyWhenTwoKeysShareAnIdThenNeitherIsReliedOn() {
        ECKey twin = TestTokens.newKey("twin");
        ECKey other = TestTokens.newKey("twin");
        tokens.publish(tokens.key(), twin, other);

        assertThatCode(() -> verifier.verify(tokens.organization("acme").compact()))
                .doesNotThrowAnyException();
        assertInvalid(signed(twin));
    }

    @Test
    void verifyWhenNoKeyIsToBeReliedOnThenKeysUnavailable() {
        tokens.publish("{\"keys\":[]}");

        assertThatExceptionOfType(KeysUnavailableException.class)
                .isThrownBy(() -> verifier.verify(tokens.organization("acme").compact()));
    }

    @Test
    void verifyWhenKeyHasNoIdThenItIsNotFound() {
        ECKey nameless = new ECKey.Builder(TestTokens.newKey("odd")).keyID(null).build();
        tokens.publish(tokens.key(), nameless);

        assertInvalid(signed(new ECKey.Builder(nameless).keyID("odd").build()));
    }

    @Test
    void verifyWhenRsaKeyNamesNoAlgorithmThenItTakesRs256() throws JOSEException {
        RSAKey rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        tokens.publish(rsa);

        assertThatCode(() -> verifier.verify(signedBy(rsa, JWSAlgorithm.RS256))).doesNotThrowAnyException();
    }

    // Keys that are unavailable

    static Stream<Named<ResponseDefinitionBuilder>> troubles() {
        String jwkSet = new JWKSet(tokens.key().toPublicJWK()).toString();
        return Stream.of(
                Named.of("500", aResponse().withStatus(500).withBody(jwkSet)),
                Named.of("404", aResponse().withStatus(404).withBody(jwkSet)),
                Named.of("garbage", okForContentType("application/json", "<html>sign in</html>")),
                Named.of("not an object", okForContentType("application/json", "[]")),
                Named.of("JSON's null", okForContentType("application/json", "null")),
                Named.of("no keys", okForContentType("application/json", "{}")),
                Named.of("keys of another type", okForContentType("application/json", "{\"keys\":{}}")),
                Named.of("cut off", okForContentType("application/json", jwkSet.substring(0, jwkSet.length() - 9))),
                Named.of("empty", okForContentType("application/json", "")),
                Named.of(
                        "huge",
                        okForContentType(
                                "application/json",
                                "{\"padding\":\"" + "x".repeat(256 * 1024) + "\"," + jwkSet.substring(1))),
                Named.of("connection reset", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)),
                Named.of("malformed chunk", aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK)),
                Named.of("redirect", aResponse().withStatus(302).withHeader("Location", "/elsewhere")),
                Named.of("permanent redirect", aResponse().withStatus(308).withHeader("Location", "/elsewhere")));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void verifyWhenKeySetIsNoneThenKeysUnavailable(ResponseDefinitionBuilder trouble) {
        tokens.server()
                .stubFor(get(urlEqualTo("/elsewhere"))
                        .willReturn(okForContentType(
                                "application/json", new JWKSet(tokens.key().toPublicJWK()).toString())));
        tokens.server().stubFor(get(urlEqualTo(TestTokens.JWKS_PATH)).willReturn(trouble));

        assertUnavailable(tokens.organization("acme").compact());
        tokens.server().verify(0, getRequestedFor(urlEqualTo("/elsewhere")));
    }

    @Test
    void verifyWhenKeySetIsUnreachableThenKeysUnavailable() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        AccessTokenVerifier unreachable = tokens.verifierBuilder(
                        clock, URI.create("http://127.0.0.1:" + port + "/jwks"))
                .build();

        assertThatExceptionOfType(KeysUnavailableException.class)
                .isThrownBy(() -> unreachable.verify(tokens.organization("acme").compact()))
                .satisfies(e -> {
                    assertThat(e.retryAfter()).isEqualTo(SigningKeys.PAUSE_AFTER_FAILURE);
                    assertThat(e).hasMessage("The issuer's signing keys are unavailable.");
                });
    }

    @Test
    void verifyWhenRefusedForSomethingCheaperThenNoKeysAreFetched() {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifier.verify(tokens.organization("acme")
                        .with("iss", "https://evil.example")
                        .compact()));

        assertThat(fetches()).isZero();
    }

    @Test
    void fetchWhenMadeThenItNamesTheLibraryAndItsVersion() {
        verifier.verify(tokens.organization("acme").compact());

        tokens.server()
                .verify(
                        1,
                        getRequestedFor(urlEqualTo(TestTokens.JWKS_PATH))
                                .withHeader("User-Agent", matching("scope-guard/\\d+\\.\\d+[\\w.-]*")));
    }

    @Test
    void logWhenAnEntryIsIgnoredThenToldOnceWhileItIsPublished() {
        tokens.publish("{\"keys\":[" + tokens.key().toPublicJWK() + ",{\"kid\":\"odd\"}]}");
        try (LogEvents events = LogEvents.capture()) {
            verifier.verify(tokens.organization("acme").compact());
            assertInvalid(signed(TestTokens.newKey("unknown")));
            assertThat(fetches()).isEqualTo(2);

            assertThat(events.messages())
                    .filteredOn(message -> message.contains(tokens.jwkSetUri().toString()))
                    .containsExactly("WARN Ignored in " + tokens.jwkSetUri()
                            + ": key odd, because it is malformed, or of an unknown type or curve");
        }
    }

    @Test
    void logWhenFetchesFailThenToldOnceForEachCauseAndTheEndOnce() {
        Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
        AccessTokenVerifier listened = tokens.verifierBuilder(clock)
                .steadyClock(clock.steady())
                .keyListener((outcome, took) -> outcomes.add(outcome))
                .build();
        String token = tokens.organization("acme").compact();
        try (LogEvents events = LogEvents.capture()) {
            for (ResponseDefinitionBuilder trouble :
                    List.of(aResponse().withStatus(500), okForContentType("text/html", "<html>"))) {
                tokens.server().stubFor(get(urlEqualTo(TestTokens.JWKS_PATH)).willReturn(trouble));
                int before = outcomes.size();
                while (outcomes.size() < before + 2) {
                    assertThatExceptionOfType(KeysUnavailableException.class).isThrownBy(() -> listened.verify(token));
                    clock.advance(SigningKeys.PAUSE_AFTER_FAILURE);
                }
            }
            tokens.publish(tokens.key());
            clock.advance(SigningKeys.PAUSE_AFTER_FAILURE);
            eventually(() -> listened.verify(token));
            assertThat(events.messages()).as("it could fail again").noneMatch(message -> message.contains("again"));
            clock.advance(SigningKeys.OVERDUE_AFTER);
            eventually(() -> listened.verify(token));

            assertThat(events.messages())
                    .filteredOn(message -> message.contains(tokens.jwkSetUri().toString()))
                    .containsExactly(
                            "WARN The signing keys cannot be fetched from " + tokens.jwkSetUri()
                                    + ": the answer is 500",
                            "WARN The signing keys cannot be fetched from " + tokens.jwkSetUri()
                                    + ": the answer is not a JWK Set",
                            "INFO The signing keys can be fetched from " + tokens.jwkSetUri() + " again");
            assertThat(outcomes)
                    .startsWith(Outcome.REFUSED)
                    .contains(Outcome.MALFORMED)
                    .endsWith(Outcome.OK);
        }
    }

    @Test
    void verifyWhenManyTokensThenKeysAreFetchedOnce() {
        for (int i = 0; i < 20; i++) {
            verifier.verify(tokens.organization("acme").compact());
        }

        assertThat(fetches()).isEqualTo(1);
    }

    @Test
    void prefetchThenTheFirstTokenNeedsNoFetch() {
        verifier.prefetchKeys();
        await().untilAsserted(() -> assertThat(fetches()).isEqualTo(1));
        verifier.prefetchKeys();

        verifier.verify(tokens.organization("acme").compact());

        assertThat(fetches()).isEqualTo(1);
    }

    @Test
    void prefetchWhenItFailsThenTheFirstTokenFetchesAtOnce() {
        Queue<Outcome> outcomes = new ConcurrentLinkedQueue<>();
        AccessTokenVerifier listened = tokens.verifierBuilder(clock)
                .steadyClock(clock.steady())
                .keyListener((outcome, took) -> outcomes.add(outcome))
                .build();
        tokens.server()
                .stubFor(get(urlEqualTo(TestTokens.JWKS_PATH))
                        .willReturn(aResponse().withStatus(500)));
        listened.prefetchKeys();
        await().untilAsserted(() -> assertThat(outcomes).containsExactly(Outcome.REFUSED));
        tokens.publish(tokens.key());

        eventually(() -> listened.verify(tokens.organization("acme").compact()));

        assertThat(outcomes).containsExactly(Outcome.REFUSED, Outcome.OK);
    }

    @Test
    void verifyWhenFloodedWithUnknownKidsThenKnownOnesAreStillVerified() {
        verifier.verify(tokens.organization("acme").compact());
        ECKey attacker = TestTokens.newKey("attacker");
        String payload = tokens.organization("acme").json();

        for (int i = 0; i < 200; i++) {
            String token = TestTokens.sign(
                    TestTokens.header(JWSAlgorithm.ES256, "kid-" + i).build(), payload, attacker);
            assertThatExceptionOfType(RuntimeException.class)
                    .isThrownBy(() -> verifier.verify(token))
                    .isInstanceOfAny(InvalidTokenException.class, KeysUnavailableException.class);
        }

        assertThatCode(() -> verifier.verify(tokens.organization("acme").compact()))
                .doesNotThrowAnyException();
    }

    @Test
    void verifyWhenKeysWereRotatedThenTheNewOneIsFetched() {
        verifier.verify(tokens.organization("acme").compact());
        ECKey next = TestTokens.newKey("next");
        tokens.publish(next, tokens.key());

        assertThatCode(() -> verifier.verify(signed(next))).doesNotThrowAnyException();
        assertThatCode(() -> verifier.verify(tokens.organization("acme").compact()))
                .doesNotThrowAnyException();
    }

    @Test
    void verifyWhenOutageAfterAGoodFetchThenKnownKidVerifiesAndUnknownIsUnavailable() {
        verifier.verify(tokens.organization("acme").compact());
        tokens.server()
                .stubFor(get(urlPathEqualTo(TestTokens.JWKS_PATH))
                        .willReturn(aResponse().withStatus(503)));

        assertUnavailable(signed(TestTokens.newKey("unknown")));
        assertUnavailable(signed(TestTokens.newKey("unknown")));
        assertThatCode(() -> verifier.verify(tokens.organization("acme").compact()))
                .doesNotThrowAnyException();
    }

    @Test
    void verifyWhenTheListenerFailsThenTheKeysAreUsedNevertheless() {
        try (LogEvents logged = LogEvents.capture();
                AccessTokenVerifier metered = tokens.verifierBuilder(clock)
                        .keyListener((outcome, took) -> {
                            throw new IllegalStateException("metrics");
                        })
                        .build()) {
            eventually(() -> metered.verify(tokens.organization("acme").compact()));

            assertThat(logged.messages())
                    .filteredOn(message -> message.contains("The listener"))
                    .hasSize(1);
        }
    }

    @Test
    void verifyWhenFirstFetchFailsThenALaterOneRecovers() {
        tokens.server()
                .stubFor(get(urlPathEqualTo(TestTokens.JWKS_PATH))
                        .willReturn(aResponse().withStatus(503)));
        assertUnavailable(tokens.organization("acme").compact());
        tokens.publish(tokens.key());

        eventually(() -> verifier.verify(tokens.organization("acme").compact()));
    }

    /** Under load, keys may arrive a moment too late for the request that caused the fetch. */
    private static void eventually(Runnable verification) {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
        while (true) {
            try {
                verification.run();
                return;
            } catch (KeysUnavailableException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(POLL);
            }
        }
    }

    private static String signed(ECKey key) {
        return signedBy(key, JWSAlgorithm.ES256);
    }

    private static String signedBy(JWK key, JWSAlgorithm algorithm) {
        JWK usable = key instanceof ECKey ec
                ? new ECKey.Builder(ec)
                        .keyUse(null)
                        .keyOperations(null)
                        .algorithm(null)
                        .build()
                : key;
        return TestTokens.sign(
                TestTokens.header(algorithm, key.getKeyID()).build(),
                tokens.organization("acme").json(),
                usable);
    }

    private static ECKey ec(UnaryOperator<ECKey.Builder> change) {
        ECKey.Builder plain =
                new ECKey.Builder(TestTokens.newKey("odd")).keyUse(null).algorithm(null);
        return change.apply(plain).build();
    }

    private static int fetches() {
        return tokens.server()
                .findAll(getRequestedFor(urlEqualTo(TestTokens.JWKS_PATH)))
                .size();
    }

    private void assertInvalid(String token) {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifier.verify(token))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(Reason.UNKNOWN_KEY);
    }

    private void assertUnavailable(String token) {
        assertThatExceptionOfType(KeysUnavailableException.class)
                .isThrownBy(() -> verifier.verify(token))
                .satisfies(e -> assertThat(e.retryAfter()).isPositive());
    }
}
