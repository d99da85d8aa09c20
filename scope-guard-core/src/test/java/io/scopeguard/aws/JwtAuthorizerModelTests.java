package io.scopeguard.aws;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.scopeguard.testing.TestTokens;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule of the model, with a token that violates or just satisfies this rule alone. */
class JwtAuthorizerModelTests {

    private static final Instant NOW = Instant.ofEpochSecond(1_000_000);
    private static final String ISSUER = "https://tenant.example/";
    private static final String API = "https://api.example";
    private static final ECKey EC = TestTokens.newKey("ec");

    private static RSAKey rsa;
    private static JwtAuthorizerModel model;

    @BeforeAll
    static void generate() throws Exception {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        model = new JwtAuthorizerModel(
                ISSUER, Set.of(API, "web"), Set.of("read:report", "write:report"), new JWKSet(List.of(rsa, EC)));
    }

    /** One claim with another value, as JSON; a missing one if it is null. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "jti    | `\"any\"`                             | 200",
                "iss    | `\"https://tenant.example\"`          | 401, issuer",
                "iss    | `\"https://tenant.example//\"`        | 401, issuer",
                "iss    | null                                  | 401, issuer",
                "aud    | `[\"https://api.example\",\"x\"]`     | 200",
                "aud    | `[\"x\",\"web\"]`                     | 200",
                "aud    | `[\"x\"]`                             | 401, audience",
                "aud    | `\"https://api.example/\"`            | 401, audience",
                "aud    | null                                  | 200",
                "exp    | 1000001                               | 200",
                "exp    | 1000000                               | 401, time",
                "exp    | null                                  | 401, time",
                "nbf    | 1000000                               | 200",
                "nbf    | 1000001                               | 401, time",
                "iat    | 1000000                               | 200",
                "iat    | 1000001                               | 401, time",
                "iat    | null                                  | 401, time",
                "scope  | `\"write:report\"`                    | 200",
                "scope  | `\"x read:report\"`                   | 200",
                "scope  | `[\"x\",\"read:report\"]`             | 200",
                "scope  | `\"read:reports read\"`               | 403, scope",
                "scope  | `\"\"`                                | 403, scope",
                "scope  | null                                  | 403, scope",
                "scp    | `\"x\"`                               | 200"
            })
    void verdictWhenOneClaimDiffersThenTheRuleForThatClaimDecides(String claim, String value, String verdict)
            throws Exception {
        Object parsed = new Payload("{\"it\":" + value + "}").toJSONObject().get("it");

        assertThat(verdict(claims(claim, parsed))).isEqualTo(verdict);
    }

    @Test
    void verdictWhenThereIsAnAudienceThenClientIdDoesNotCount() throws Exception {
        Map<String, Object> claims = claims("aud", "x");
        assertThat(claims).containsEntry("client_id", "web");

        assertThat(verdict(claims)).isEqualTo("401, audience");
        claims.remove("aud");
        assertThat(verdict(claims)).isEqualTo("200");
        claims.put("client_id", "other");
        assertThat(verdict(claims)).isEqualTo("401, audience");
        claims.remove("client_id");
        assertThat(verdict(claims)).isEqualTo("401, audience");
    }

    @Test
    void verdictWhenThereIsScopeThenScpDoesNotCount() throws Exception {
        Map<String, Object> claims = claims("scope", "x");
        claims.put("scp", "read:report");
        assertThat(verdict(claims)).isEqualTo("403, scope");

        claims.remove("scope");
        assertThat(verdict(claims)).isEqualTo("200");
        claims.put("scp", List.of("x", "write:report"));
        assertThat(verdict(claims)).isEqualTo("200");
    }

    @Test
    void verdictWhenRouteHasNoScopesThenNoneIsNeeded() throws Exception {
        JwtAuthorizerModel open = new JwtAuthorizerModel(ISSUER, Set.of(API), Set.of(), new JWKSet(rsa));

        assertThat(open.verdict(signed(JWSAlgorithm.RS256, "rsa", rsa, claims("scope", null)), NOW))
                .isEqualTo("200");
        assertThat(open.verdict(signed(JWSAlgorithm.RS256, "rsa", rsa, claims("aud", "x")), NOW))
                .isEqualTo("401, audience");
    }

    @Test
    void verdictThenOnlyASignatureByAPublishedRsaKeyIsAccepted() throws Exception {
        Map<String, Object> claims = claims("jti", "1");

        assertThat(model.verdict(signed(JWSAlgorithm.RS512, "rsa", rsa, claims), NOW))
                .isEqualTo("200");
        assertThat(model.verdict(signed(JWSAlgorithm.PS256, "rsa", rsa, claims), NOW))
                .isEqualTo("200");
        String token = signed(JWSAlgorithm.RS256, "rsa", rsa, claims);
        String other = signed(JWSAlgorithm.RS256, "rsa", rsa, claims("jti", "2"));
        String signature = other.substring(other.lastIndexOf('.'));
        assertThat(model.verdict(token.substring(0, token.lastIndexOf('.')) + signature, NOW))
                .isEqualTo("401, signature");
        assertThat(model.verdict(signed(JWSAlgorithm.RS256, "unknown", rsa, claims), NOW))
                .isEqualTo("401, signature");
        assertThat(model.verdict(signed(JWSAlgorithm.RS256, "ec", rsa, claims), NOW))
                .isEqualTo("401, signature");
        assertThat(model.verdict(signed(JWSAlgorithm.RS256, null, rsa, claims), NOW))
                .isEqualTo("401, signature");
        assertThat(model.verdict(signed(JWSAlgorithm.ES256, "ec", EC, claims), NOW))
                .isEqualTo("401, algorithm");
    }

    @Test
    void verdictWhenTokenIsNotSignedOrNoTokenThenMalformed() throws Exception {
        String unsigned = Base64.getUrlEncoder().encodeToString("{\"alg\":\"none\"}".getBytes()) + ".e30.";

        assertThat(model.verdict(unsigned, NOW)).isEqualTo("401, malformed");
        assertThat(model.verdict("Bearer opaque", NOW)).isEqualTo("401, malformed");
        assertThat(model.verdict("", NOW)).isEqualTo("401, malformed");
    }

    @Test
    void verdictWhenSchemeIsMissingThenTheSame() throws Exception {
        String token = signed(JWSAlgorithm.RS256, "rsa", rsa, claims("jti", "1"));

        assertThat(model.verdict("Bearer " + token, NOW)).isEqualTo("200");
        assertThat(model.verdict(token, NOW)).isEqualTo("200");
    }

    private static String verdict(Map<String, Object> claims) throws Exception {
        return model.verdict(signed(JWSAlgorithm.RS256, "rsa", rsa, claims), NOW);
    }

    private static String signed(JWSAlgorithm algorithm, String keyId, JWK key, Map<String, Object> claims) {
        return TestTokens.sign(
                new JWSHeader.Builder(algorithm).keyID(keyId).build(), new Payload(claims).toString(), key);
    }

    /** Valid claims except for one. */
    private static Map<String, Object> claims(String claim, Object value) {
        Map<String, Object> claims = new LinkedHashMap<>(Map.of(
                "iss",
                ISSUER,
                "aud",
                API,
                "client_id",
                "web",
                "iat",
                999_999,
                "exp",
                1_000_060,
                "scope",
                "read:report"));
        if (value == null) {
            claims.remove(claim);
        } else {
            claims.put(claim, value);
        }
        return claims;
    }
}
