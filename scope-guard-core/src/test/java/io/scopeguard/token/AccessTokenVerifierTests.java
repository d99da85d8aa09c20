package io.scopeguard.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import io.scopeguard.logto.Logto;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.provider.TokenReader;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each possible error of a token, and the reason for its rejection. */
class AccessTokenVerifierTests {

    private static final Duration SKEW = Duration.ofSeconds(60);
    private static final String RSA_KEY_ID = "rsa";

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);
    private static final RSAKey rsa = newRsaKey();

    private AccessTokenVerifier verifier = tokens.verifierBuilder(clock).build();

    @BeforeAll
    static void publishBothKeys() {
        tokens.publish(tokens.key(), rsa);
    }

    @AfterAll
    static void stop() {
        tokens.close();
    }

    @BeforeEach
    void noon() {
        clock.set(MovableClock.NOON);
    }

    // Valid tokens

    @ParameterizedTest
    @ValueSource(strings = {"at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"})
    void verifyWhenTypeIsOneOfRfc9068ThenVerified(String type) {
        JWSHeader header = tokens.header().type(new JOSEObjectType(type)).build();

        assertThat(verifier.verify(tokens.organization("acme").compact(header)).organization())
                .isEqualTo("acme");
    }

    @Test
    void verifyWhenAudienceIsAnArrayOfOneThenVerified() {
        AccessToken token = verifier.verify(
                tokens.resource().with("aud", List.of(TestTokens.API.value())).compact());

        assertThat(token.kind()).isEqualTo(TokenKind.RESOURCE);
    }

    @Test
    void verifyWhenOrganizationClaimsAgreeThenVerified() {
        assertThat(verifier.verify(tokens.organization("acme")
                                .with("organization_id", "acme")
                                .compact())
                        .kind())
                .isEqualTo(TokenKind.ORGANIZATION);
    }

    @Test
    void verifyWhenActorThenActorIsToldAndNobodyCanBeAsked() {
        AccessToken token = verifier.verify(tokens.organization("acme")
                .with("act", Map.of("sub", "support"))
                .compact());

        assertThat(token.actor()).isEqualTo("support");
        assertThat(token.isNonInteractive()).isTrue();
    }

    @Test
    void verifyWhenScopesAreOfOpenIdOrOfLogtoThenTheyAreNoPermissions() {
        AccessToken token = verifier.verify(tokens.organization("acme")
                .scopes("openid", "profile", "email", "offline_access", "urn:logto:scope:organizations", "read:report")
                .compact());

        assertThat(token.scopes()).isEqualTo(Scopes.of("read:report"));
    }

    @Test
    void verifyWhenScopesAreAnArrayOrCalledScpThenRead() {
        assertThat(verifier.verify(tokens.resource()
                                .with("scope", List.of("a", "b"))
                                .compact())
                        .scopes())
                .isEqualTo(Scopes.of("a", "b"));
        assertThat(verifier.verify(tokens.resource().with("scp", List.of("a")).compact())
                        .scopes())
                .isEqualTo(Scopes.of("a"));
    }

    @Test
    void verifyWhenVerifiedThenFingerprintAndTextGiveNothingAway() {
        AccessToken token = verifier.verify(
                tokens.organization("acme").with("jti", "secret-id").compact());

        // SHA-256("secret-id"), base64url, cut off at sixteen characters
        assertThat(token.fingerprint()).hasSize(16).matches("[A-Za-z0-9_-]{16}");
        assertThat(token).hasToString("ORGANIZATION " + token.fingerprint());
        assertThat(token.subject()).hasToString("USER");
        assertThat(token.claims()).containsEntry("jti", "secret-id").containsEntry("sub", "alice");
    }

    // Not a JWS

    @ParameterizedTest
    @ValueSource(strings = {"", "JFZpG2ZDa5Aw-aHDaj5yUdCMUZaMJa5vwRJFGbApAE8"})
    void verifyWhenOpaqueThenOpaque(String token) {
        assertRefused(token, Reason.OPAQUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                ".",
                "a.b.c",
                "AA..AA",
                "AA.AA.",
                ".AA.AA",
                "AA.AA",
                "AA.AA.AA.AA",
                "....",
                "\u00e4.\u00e4.\u00e4"
            })
    void verifyWhenNotThreeFullPartsThenMalformed(String token) {
        assertRefused(token, Reason.MALFORMED);
    }

    @Test
    void verifyWhenAFourthPartIsAppendedThenMalformed() {
        assertRefused(tokens.organization("acme").compact() + ".AAAA", Reason.MALFORMED);
    }

    @Test
    void verifyWhenAPartIsMissingThenMalformed() {
        String[] parts = tokens.organization("acme").compact().split("\\.");

        assertRefused(parts[0] + "." + parts[1], Reason.MALFORMED);
        assertRefused(parts[0] + "." + parts[1] + ".", Reason.MALFORMED);
        assertRefused(parts[0] + ".." + parts[2], Reason.MALFORMED);
        assertRefused("." + parts[1] + "." + parts[2], Reason.MALFORMED);
    }

    @Test
    void verifyWhenTheSignatureIsSpeltDifferentlyThenMalformed() {
        String token = tokenWhoseSignatureHas('-', '_');
        int signature = token.lastIndexOf('.') + 1;
        String head = token.substring(0, signature);
        String spelling = token.substring(signature);

        assertThatCode(() -> verifier.verify(token)).doesNotThrowAnyException();
        assertRefused(head + spelling.replace('-', '+'), Reason.MALFORMED);
        assertRefused(head + spelling.replace('_', '/'), Reason.MALFORMED);
        assertRefused(head + "~" + spelling, Reason.MALFORMED);
        assertRefused(token + "=", Reason.MALFORMED);
        assertRefused(token + "==", Reason.MALFORMED);
        assertRefused(token + "\n", Reason.MALFORMED);
        assertRefused(" " + token, Reason.MALFORMED);
        assertRefused(token + "\u0000", Reason.MALFORMED);
    }

    @Test
    void verifyWhenUnusedTrailingBitsAreSetThenMalformed() {
        // With a signature of 256 bytes, the last two characters encode one byte, so four of their bits are unused.
        String token = TestTokens.sign(
                TestTokens.header(JWSAlgorithm.RS256, RSA_KEY_ID).build(),
                tokens.organization("acme").json(),
                rsa);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(token.charAt(token.length() - 1));
        String head = token.substring(0, token.length() - 1);

        assertThat(last % 16).isZero();
        assertThatCode(() -> verifier.verify(token)).doesNotThrowAnyException();
        for (int bits = 1; bits < 16; bits++) {
            assertRefused(head + alphabet.charAt(last + bits), Reason.MALFORMED);
        }
    }

    @Test
    void verifyWhenLongerThan64KiBThenMalformed() {
        String padded = tokens.organization("acme")
                .with("padding", "x".repeat(64 * 1024))
                .compact();

        assertRefused(padded, Reason.MALFORMED);
        assertRefused("x".repeat(64 * 1024 + 1), Reason.MALFORMED);
    }

    /** Parsers skip it, so that a token would have a second spelling. */
    @Test
    void verifyWhenHeaderOrPayloadBeginsWithAByteOrderMarkThenMalformed() {
        String payload = tokens.organization("acme").json();
        String header = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"first\"}";

        assertRefused(raw("\uFEFF" + header, payload, new byte[64]), Reason.MALFORMED);
        assertRefused(raw(header, "\uFEFF" + payload, new byte[64]), Reason.MALFORMED);
        assertRefused(TestTokens.sign(tokens.header().build(), "\uFEFF" + payload, tokens.key()), Reason.MALFORMED);
    }

    // The header

    @ParameterizedTest
    @CsvSource({
        "none, MALFORMED",
        "None, UNSUPPORTED_ALGORITHM",
        "NONE, UNSUPPORTED_ALGORITHM",
        "nOnE, UNSUPPORTED_ALGORITHM"
    })
    void verifyWhenAlgorithmIsNoneThenRefused(String none, Reason reason) {
        String header = "{\"alg\":\"" + none + "\",\"typ\":\"at+jwt\",\"kid\":\"first\"}";
        String payload = tokens.organization("acme").json();

        assertRefused(raw(header, payload, new byte[64]), reason);
        assertRefused(raw(header, payload, new byte[0]), Reason.MALFORMED);
    }

    @Test
    void verifyWhenHs256WithThePublicKeyAsSecretThenUnsupportedAlgorithm() throws JOSEException {
        for (byte[] secret : List.of(
                rsa.toRSAPublicKey().getEncoded(),
                rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
                rsa.getModulus().decode())) {
            JWSObject jws = new JWSObject(
                    TestTokens.header(JWSAlgorithm.HS256, RSA_KEY_ID).build(),
                    new Payload(tokens.organization("acme").json()));
            jws.sign(new MACSigner(secret));

            assertRefused(jws.serialize(), Reason.UNSUPPORTED_ALGORITHM);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RS384", "RS512", "PS256", "PS384", "PS512", "HS512", "EdDSA", "ES256K", "es256", "rs256"})
    void verifyWhenAlgorithmIsNotOfTheListThenUnsupportedAlgorithm(String algorithm) {
        String header = "{\"alg\":\"" + algorithm + "\",\"typ\":\"at+jwt\",\"kid\":\"rsa\"}";

        assertRefused(raw(header, tokens.organization("acme").json(), new byte[256]), Reason.UNSUPPORTED_ALGORITHM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JWT", "jwt", "dpop+jwt", "logout+jwt", "at", "at+jwt2", "application/jwt"})
    void verifyWhenTypeIsAnotherThenNotAnAccessToken(String type) {
        JWSHeader header = tokens.header().type(new JOSEObjectType(type)).build();

        assertRefused(tokens.organization("acme").compact(header), Reason.NOT_AN_ACCESS_TOKEN);
    }

    @Test
    void verifyWhenTypeIsMissingThenNotAnAccessToken() {
        JWSHeader header = tokens.header().type(null).build();

        assertRefused(tokens.organization("acme").compact(header), Reason.NOT_AN_ACCESS_TOKEN);
    }

    @Test
    void verifyWhenKeyIsEmbeddedThenIgnored() {
        ECKey own = TestTokens.newKey("first");
        String payload = tokens.organization("acme").json();

        assertRefused(
                TestTokens.sign(tokens.header().jwk(own.toPublicJWK()).build(), payload, own), Reason.WRONG_SIGNATURE);
    }

    @Test
    void verifyWhenHeaderPointsToKeysElsewhereThenNotFetched() {
        ECKey own = TestTokens.newKey("first");
        URI elsewhere = URI.create(tokens.server().baseUrl() + "/elsewhere");
        String payload = tokens.organization("acme").json();

        assertRefused(TestTokens.sign(tokens.header().jwkURL(elsewhere).build(), payload, own), Reason.WRONG_SIGNATURE);
        assertRefused(
                TestTokens.sign(tokens.header().x509CertURL(elsewhere).build(), payload, own), Reason.WRONG_SIGNATURE);
        assertThat(tokens.server().getAllServeEvents())
                .noneMatch(event -> event.getRequest().getUrl().equals("/elsewhere"));
    }

    @Test
    void verifyWhenKidIsMissingThenMalformed() {
        assertRefused(
                tokens.organization("acme").compact(tokens.header().keyID(null).build()), Reason.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../../../../dev/null", "/dev/null", "first' OR '1'='1", "first\u0000", "", "FIRST", "first "})
    void verifyWhenKidIsSomethingElseThenUnknownKey(String kid) {
        assertRefused(
                tokens.organization("acme").compact(tokens.header().keyID(kid).build()), Reason.UNKNOWN_KEY);
    }

    @Test
    void verifyWhenCriticalParametersThenMalformed() {
        String header = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"first\",\"crit\":[\"exp\"],\"exp\":1}";

        assertRefused(raw(header, tokens.organization("acme").json(), new byte[64]), Reason.MALFORMED);
        assertRefused(
                tokens.organization("acme")
                        .compact(tokens.header()
                                .criticalParams(Set.of("urn:x"))
                                .customParam("urn:x", 1)
                                .build()),
                Reason.MALFORMED);
    }

    @Test
    void verifyWhenPayloadIsNotEncodedThenMalformed() {
        String critical = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"first\",\"b64\":false,\"crit\":[\"b64\"]}";
        String silent = "{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"first\",\"b64\":false}";
        String payload = tokens.organization("acme").json();

        assertRefused(raw(critical, payload, new byte[64]), Reason.MALFORMED);
        assertRefused(raw(silent, payload, new byte[64]), Reason.WRONG_SIGNATURE);
    }

    @Test
    void verifyWhenHeaderHasDuplicateMembersThenMalformed() {
        String header = "{\"alg\":\"none\",\"typ\":\"at+jwt\",\"kid\":\"first\",\"alg\":\"ES256\"}";

        assertRefused(raw(header, tokens.organization("acme").json(), new byte[64]), Reason.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{}", "null", "\"x\"", "{\"alg\":1}", "{\"alg\":\"ES256\"", "x", "{\"alg\":null}"})
    void verifyWhenHeaderIsNoneThenMalformed(String header) {
        assertRefused(raw(header, tokens.organization("acme").json(), new byte[64]), Reason.MALFORMED);
    }

    // The payload

    @Test
    void verifyWhenPayloadHasDuplicateMembersThenMalformed() {
        String payload = tokens.organization("acme").json();
        String twice = "{\"aud\":\"urn:logto:organization:globex\"," + payload.substring(1);

        assertRefused(TestTokens.sign(tokens.header().build(), twice, tokens.key()), Reason.MALFORMED);
    }

    @Test
    void verifyWhenPayloadIsAJwtThenMalformed() {
        String inner = tokens.organization("acme").compact();

        assertRefused(TestTokens.sign(tokens.header().build(), inner, tokens.key()), Reason.MALFORMED);
        assertRefused(
                TestTokens.sign(tokens.header().contentType("JWT").build(), inner, tokens.key()), Reason.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void verifyWhenPayloadIsNestedDeeplyThenRefusedWithoutAnOverflow(String opening) {
        String claims = tokens.organization("acme").json();
        String deep = claims.substring(0, claims.length() - 1) + ",\"deep\":" + opening.repeat(6_000);

        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(
                        () -> verifier.verify(TestTokens.sign(tokens.header().build(), deep, tokens.key())))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(Reason.MALFORMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "1", "\"x\"", "{", "{}{}", "x", "[1]"})
    void verifyWhenPayloadIsNoObjectThenMalformed(String payload) {
        assertRefused(TestTokens.sign(tokens.header().build(), payload, tokens.key()), Reason.MALFORMED);
    }

    // The claims

    @ParameterizedTest
    @CsvSource({
        "iss, INVALID_CLAIM",
        "sub, INVALID_CLAIM",
        "aud, INVALID_CLAIM",
        "exp, INVALID_CLAIM",
        "iat, INVALID_CLAIM",
        "jti, INVALID_CLAIM",
        "client_id, NOT_AN_ACCESS_TOKEN"
    })
    void verifyWhenARequiredClaimIsMissingThenRefused(String claim, Reason reason) {
        assertRefused(tokens.organization("acme").without(claim).compact(), reason);
        assertRefused(tokens.organization("acme").with(claim, null).compact(), reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "organization_id", "act", "nbf"})
    void verifyWhenAClaimIsOfAnotherTypeThenInvalidClaim(String claim) {
        assertRefused(
                tokens.organization("acme")
                        .with(claim, Map.of("unexpected", true))
                        .compact(),
                Reason.INVALID_CLAIM);
        assertRefused(tokens.organization("acme").with(claim, true).compact(), Reason.INVALID_CLAIM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iss", "sub", "jti", "client_id", "organization_id"})
    void verifyWhenANameIsEmptyThenInvalidClaim(String claim) {
        assertRefused(tokens.organization("acme").with(claim, "").compact(), Reason.INVALID_CLAIM);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e300",
                "-1e300",
                "1e400",
                "9223372036854775807",
                "-9223372036854775808",
                "99999999999999999999999",
                "31556889864403199",
                "31556889864403200",
                "-31557014167219200"
            })
    void verifyWhenATimeIsAtTheEdgeOfTimeThenAnsweredLikeAnyOther(String time) {
        for (String claim : List.of("exp", "iat", "nbf")) {
            String json =
                    tokens.organization("acme").with(claim, 111_111_111).json().replace("111111111", time);
            String token = TestTokens.sign(tokens.header().build(), json, tokens.key());

            try {
                assertThat(verifier.verify(token).kind()).isEqualTo(TokenKind.ORGANIZATION);
            } catch (InvalidTokenException e) {
                assertThat(e.reason())
                        .isIn(Reason.INVALID_CLAIM, Reason.EXPIRED, Reason.NOT_YET_VALID, Reason.MALFORMED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://other.example.test",
                "https://api.example.test/",
                "https://API.example.test",
                "urn:logto:organization:",
                "urn:logto:resource:organizations",
                "URN:logto:organization:acme",
                "browser",
                "organization",
                ""
            })
    void verifyWhenAudienceIsAnotherThenWrongAudience(String audience) {
        assertRefused(tokens.resource().with("aud", audience).compact(), Reason.WRONG_AUDIENCE);
    }

    @Test
    void verifyWhenAudiencesAreTwoThenWrongAudience() {
        assertRefused(
                tokens.resource()
                        .with("aud", List.of(TestTokens.API.value(), "urn:logto:organization:acme"))
                        .compact(),
                Reason.WRONG_AUDIENCE);
        assertRefused(
                tokens.resource()
                        .with("aud", List.of(TestTokens.API.value(), TestTokens.API.value()))
                        .compact(),
                Reason.WRONG_AUDIENCE);
    }

    @Test
    void verifyWhenNoHandlerTakesTheAudienceThenWrongAudience() {
        AccessTokenVerifier organizationsOnly = tokens.verifierBuilder(clock)
                .accepting(Audience::isOrganization)
                .build();

        assertThatCode(() ->
                        organizationsOnly.verify(tokens.organization("acme").compact()))
                .doesNotThrowAnyException();
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> organizationsOnly.verify(tokens.resource().compact()))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(Reason.WRONG_AUDIENCE);
    }

    @Test
    void verifyWhenIssuerIsAnotherThenWrongIssuer() {
        String ours = tokens.tenant().issuer();

        for (String issuer : List.of(ours + "/", ours.replace("http:", "https:"), "https://evil.example", ours + "x")) {
            assertRefused(tokens.organization("acme").with("iss", issuer).compact(), Reason.WRONG_ISSUER);
        }
    }

    /** The wrong issuer is reported before all other errors, because it explains them. */
    @Test
    void verifyWhenAllIsWrongWithAForeignTokenThenWrongIssuerIsSaid() {
        String payload = "{\"iss\":\"https://accounts.example\",\"aud\":\"x\",\"exp\":1,\"nonce\":\"n\",\"cnf\":{}}";

        for (String header : List.of(
                "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
                "{\"alg\":\"HS256\"}",
                "{\"alg\":\"PS512\",\"typ\":\"at+jwt\",\"kid\":\"first\",\"crit\":[\"x\"],\"x\":1}")) {
            assertRefused(raw(header, payload, new byte[64]), Reason.WRONG_ISSUER);
        }
    }

    // Bound tokens

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"x5t#S256\":\"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2\"}",
                "{\"jkt\":\"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I\"}",
                "{\"jwk\":{}}",
                "{\"kid\":\"k\"}",
                "{\"unknown\":1}",
                "\"text\"",
                "\"\"",
                "7",
                "true",
                "false",
                "[]",
                "[{\"jkt\":\"x\"}]"
            })
    void verifyWhenBoundToItsSenderThenRefusedWithTheReason(String cnf) {
        String json = tokens.organization("acme").json();
        String payload = json.substring(0, json.length() - 1) + ",\"cnf\":" + cnf + "}";
        String token = TestTokens.sign(tokens.header().build(), payload, tokens.key());

        assertRefused(token, Reason.BOUND);
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifier.verify(token))
                .withMessageContaining("bound to its sender by cnf");
    }

    // Ids in paths

    @ParameterizedTest
    @ValueSource(strings = {".", "..", "...", "a\u0000b", "a\nb", "\u007f", "a\u0085"})
    void verifyWhenAnIdCannotBePartOfAPathThenInvalidClaim(String id) {
        assertRefused(tokens.organization("acme").with("sub", id).compact(), Reason.INVALID_CLAIM);
        assertRefused(tokens.organization(id).compact(), Reason.INVALID_CLAIM);
        assertRefused(tokens.organizationResource(id).compact(), Reason.INVALID_CLAIM);
    }

    @Test
    void verifyWhenAnIdIsVeryLongThenInvalidClaim() {
        assertRefused(tokens.organization("acme").with("sub", "a".repeat(2049)).compact(), Reason.INVALID_CLAIM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b", ".a", "%2e%2e", "a/b", "../..", "a b", "\u00e9", "\ud83d\ude00"})
    void verifyWhenAnIdCanBeEncodedThenVerified(String id) {
        assertThat(verifier.verify(tokens.organization("acme").with("sub", id).compact())
                        .subject()
                        .id())
                .isEqualTo(id);
    }

    @Test
    void verifyWhenIssuerIsAFurtherOneThenVerified() {
        AccessTokenVerifier both = AccessTokenVerifier.builder(
                        Logto.at(tokens.tenant(), "app", "secret")
                                .furtherIssuers(List.of("https://auth.example.test/oidc"))
                                .clock(clock)
                                .build(),
                        List.of(TestTokens.API))
                .keyTimeout(Loopback.PATIENCE)
                .build();

        assertThat(both.verify(tokens.organization("acme")
                                .with("iss", "https://auth.example.test/oidc")
                                .compact())
                        .issuer())
                .isEqualTo("https://auth.example.test/oidc");
    }

    @Test
    void verifyWhenOrganizationClaimsDisagreeThenConflictingOrganization() {
        assertRefused(
                tokens.organization("acme").with("organization_id", "globex").compact(),
                Reason.CONFLICTING_ORGANIZATION);
        assertRefused(
                tokens.organization("acme").with("organization_id", "ACME").compact(), Reason.CONFLICTING_ORGANIZATION);
    }

    @Test
    void verifyWhenItLooksLikeAnIdTokenThenNotAnAccessToken() {
        assertRefused(tokens.organization("acme").with("nonce", "n").compact(), Reason.NOT_AN_ACCESS_TOKEN);
        assertRefused(tokens.organization("acme").with("at_hash", "h").compact(), Reason.NOT_AN_ACCESS_TOKEN);
    }

    // Time

    @Test
    void verifyWhenExpiredThenExpired() {
        String token = tokens.organization("acme").compact();
        Instant expiry = MovableClock.NOON.plus(TestTokens.LIFETIME);

        clock.set(expiry.plus(SKEW).minusNanos(1));
        assertThatCode(() -> verifier.verify(token)).doesNotThrowAnyException();
        clock.set(expiry.plus(SKEW));
        assertRefused(token, Reason.EXPIRED);
    }

    @Test
    void verifyWhenExpiredWithoutSkewThenExpiredAtTheSecond() {
        verifier = tokens.verifierBuilder(clock).clockSkew(Duration.ZERO).build();
        String token = tokens.organization("acme").compact();
        Instant expiry = MovableClock.NOON.plus(TestTokens.LIFETIME);

        clock.set(expiry.minusNanos(1));
        assertThatCode(() -> verifier.verify(token)).doesNotThrowAnyException();
        clock.set(expiry);
        assertRefused(token, Reason.EXPIRED);
    }

    @Test
    void verifyWhenIssuedInTheFutureThenNotYetValid() {
        String token = tokens.organization("acme").compact();

        clock.set(MovableClock.NOON.minus(SKEW));
        assertThatCode(() -> verifier.verify(token)).doesNotThrowAnyException();
        clock.set(MovableClock.NOON.minus(SKEW).minusNanos(1));
        assertRefused(token, Reason.NOT_YET_VALID);
    }

    @Test
    void verifyWhenNotBeforeIsInTheFutureThenNotYetValid() {
        long notBefore = MovableClock.NOON.plus(SKEW).getEpochSecond();

        assertThatCode(() -> verifier.verify(
                        tokens.organization("acme").with("nbf", notBefore).compact()))
                .doesNotThrowAnyException();
        assertRefused(tokens.organization("acme").with("nbf", notBefore + 1).compact(), Reason.NOT_YET_VALID);
    }

    // The signature

    @Test
    void verifyWhenSignedByAnotherKeyThenWrongSignature() {
        ECKey other = TestTokens.newKey("first");

        assertRefused(
                TestTokens.sign(
                        tokens.header().build(), tokens.organization("acme").json(), other),
                Reason.WRONG_SIGNATURE);
    }

    @Test
    void verifyWhenPayloadWasChangedThenWrongSignature() {
        String[] signed = tokens.organization("acme").compact().split("\\.");
        String[] other = tokens.organization("globex").compact().split("\\.");

        assertRefused(signed[0] + "." + other[1] + "." + signed[2], Reason.WRONG_SIGNATURE);
    }

    @Test
    void verifyWhenSignatureIsPsychicThenWrongSignature() {
        String header = tokens.header().build().toString();
        String payload = tokens.organization("acme").json();
        byte[] order = tokens.key().getCurve().toECParameterSpec().getOrder().toByteArray();
        byte[] n = Arrays.copyOfRange(order, order.length - 32, order.length);
        byte[] nAndN = Arrays.copyOf(n, 64);
        System.arraycopy(n, 0, nAndN, 32, 32);

        assertRefused(raw(header, payload, new byte[64]), Reason.WRONG_SIGNATURE);
        assertRefused(raw(header, payload, nAndN), Reason.WRONG_SIGNATURE);
        assertRefused(raw(header, payload, new byte[1]), Reason.WRONG_SIGNATURE);
        assertRefused(raw(header, payload, new byte[96]), Reason.WRONG_SIGNATURE);
        // DER instead of the concatenation of RFC 7518 §3.4
        assertRefused(
                raw(header, payload, new byte[] {0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00}),
                Reason.WRONG_SIGNATURE);
    }

    @Test
    void verifyWhenAlgorithmIsOfAnotherKeyTypeThenUnknownKey() {
        String payload = tokens.organization("acme").json();

        assertRefused(
                TestTokens.sign(TestTokens.header(JWSAlgorithm.RS256, "first").build(), payload, rsa),
                Reason.UNKNOWN_KEY);
        assertRefused(
                TestTokens.sign(
                        TestTokens.header(JWSAlgorithm.ES256, RSA_KEY_ID).build(), payload, tokens.key()),
                Reason.UNKNOWN_KEY);
    }

    @Test
    void verifyWhenAClaimIsRefusedThenTheMessageContainsNoClaim() {
        Map<String, String> refused = new LinkedHashMap<>();
        refused.put("iss", "https://needle.example/oidc");
        refused.put("aud", "https://needle.example");
        refused.put("organization_id", "needle");
        refused.forEach((claim, value) -> assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifier.verify(
                        tokens.organization("acme").with(claim, value).compact()))
                .satisfies(e -> {
                    assertThat(e.getMessage()).doesNotContain("needle").doesNotContain("acme");
                    assertThat(e.getStackTrace()).isEmpty();
                }));
    }

    @Test
    void builderWhenSettingsAreImpossibleThenRefuses() {
        TokenReader reader = Logto.at(tokens.tenant(), "app", "secret").build().tokenReader(List.of(TestTokens.API));
        URI keys = tokens.jwkSetUri();

        assertThatIllegalArgumentException().isThrownBy(() -> AccessTokenVerifier.builder(List.of(), keys, reader));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AccessTokenVerifier.builder(List.of("iss"), keys, reader)
                        .clockSkew(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AccessTokenVerifier.builder(
                                List.of("iss"), URI.create("nosuchscheme://host/jwks"), reader)
                        .build());
    }

    private void assertRefused(String token, Reason reason) {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifier.verify(token))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(reason);
    }

    private static String raw(String header, String payload, byte[] signature) {
        return Base64URL.encode(header) + "." + Base64URL.encode(payload) + "." + Base64URL.encode(signature);
    }

    private static String tokenWhoseSignatureHas(char... wanted) {
        for (int attempt = 0; attempt < 1_000; attempt++) {
            String token = tokens.organization("acme").compact();
            String signature = token.substring(token.lastIndexOf('.') + 1);
            if (signature.indexOf(wanted[0]) >= 0 && signature.indexOf(wanted[1]) >= 0) {
                return token;
            }
        }
        throw new AssertionError("signatures are random, but none of a thousand would do");
    }

    private static RSAKey newRsaKey() {
        try {
            return new RSAKeyGenerator(2048).keyID(RSA_KEY_ID).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
