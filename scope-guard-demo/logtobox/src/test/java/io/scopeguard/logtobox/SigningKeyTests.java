package io.scopeguard.logtobox;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.SignedJWT;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Keys: their publication, and the effect of a rotation. */
class SigningKeyTests {

    private final MovableClock clock = MovableClock.atNoon();
    private LogtoBox box;
    private Http http;
    private Management management;

    @BeforeEach
    void start() {
        box = LogtoBox.builder().port(0).clock(clock).start();
        http = new Http(box.endpoint());
        management = new Management(box.endpoint());
    }

    @AfterEach
    void stop() {
        box.close();
    }

    private JsonNode keys() {
        return http.get("/oidc/jwks").json().path("keys");
    }

    private String token() {
        return TestClient.AGENT
                .token(http, "grant_type", "client_credentials", "organization_id", "acme")
                .string("access_token");
    }

    private boolean isVerifiedBy(String token, JsonNode key) throws Exception {
        SignedJWT jwt = SignedJWT.parse(token);
        JWK jwk = JWK.parse(key.toString());
        return jwt.getHeader().getKeyID().equals(jwk.getKeyID())
                && jwt.verify(
                        key.path("kty").asString().equals("RSA")
                                ? new RSASSAVerifier(jwk.toRSAKey())
                                : new ECDSAVerifier(jwk.toECKey()));
    }

    @Test
    void keysThenPublishedAsRecorded() throws Exception {
        Recorded recorded = Recorded.of("oidc/jwks", box.endpoint().toString());
        Answer answer = http.get("/oidc/jwks");
        assertThat(answer.header("content-type")).isEqualToIgnoringWhitespace(recorded.responseHeader("content-type"));
        assertThat(answer.header("cache-control")).isEqualTo(recorded.responseHeader("cache-control"));
        assertThat(Recorded.names(keys().get(0)))
                .isEqualTo(Recorded.names(recorded.body().path("keys").get(0)));
        assertThat(keys().get(0).path("kid").asString())
                .isEqualTo(
                        JWK.parse(keys().get(0).toString()).computeThumbprint().toString());
        assertThat(isVerifiedBy(token(), keys().get(0))).isTrue();
    }

    @Test
    void rotateWhenToRsaThenItTakesEffectAtOnceAndThePreviousKeyStays() throws Exception {
        String before = token();
        Recorded recorded = Recorded.of(
                "management-api/mutation.signing-key-rotate", box.endpoint().toString());
        Answer rotated = management.send("POST", "/configs/oidc/private-keys/rotate", recorded.requestBody());
        assertThat(rotated.status()).isEqualTo(200);
        for (int i = 0; i < 2; i++) {
            JsonNode row = rotated.json().get(i);
            JsonNode theirs = recorded.body().get(i);
            assertThat(Recorded.names(row)).isEqualTo(Recorded.names(theirs));
            assertThat(row.path("status")).isEqualTo(theirs.path("status"));
            assertThat(row.path("signingKeyAlgorithm")).isEqualTo(theirs.path("signingKeyAlgorithm"));
        }
        JsonNode published =
                Recorded.of("oidc/jwks.after-rotation-to-rsa", "").body().path("keys");
        assertThat(Recorded.names(keys().get(0))).isEqualTo(Recorded.names(published.get(0)));
        assertThat(Recorded.names(keys().get(1))).isEqualTo(Recorded.names(published.get(1)));
        assertThat(Jwt.of(token()).header().path("alg").asString()).isEqualTo("RS256");
        assertThat(isVerifiedBy(token(), keys().get(0))).isTrue();
        assertThat(isVerifiedBy(before, keys().get(1))).isTrue();
        assertThat(management.get("/organizations/acme").status()).isEqualTo(200);
    }

    @Test
    void rotateWhenThereIsAGracePeriodThenTheNextKeyIsPublishedFirst() throws Exception {
        management.send(
                "POST",
                "/configs/oidc/private-keys/rotate",
                "{\"signingKeyAlgorithm\":\"EC\",\"rotationGracePeriod\":60}");
        assertThat(statuses()).containsExactly("Current", "Next");
        assertThat(isVerifiedBy(token(), keys().get(0))).isTrue();
        clock.advance(Duration.ofSeconds(60));
        assertThat(statuses()).containsExactly("Current", "Previous");
        assertThat(isVerifiedBy(token(), keys().get(0))).isTrue();
    }

    @Test
    void deleteWhenTheKeyIsThePreviousOneThenNoLongerPublished() {
        management.send("POST", "/configs/oidc/private-keys/rotate", "{}");
        JsonNode keys = management.get("/configs/oidc/private-keys").json();
        String current = keys.get(0).path("id").asString();
        String previous = keys.get(1).path("id").asString();
        management = new Management(box.endpoint());
        assertThat(management
                        .send("DELETE", "/configs/oidc/private-keys/" + current, null)
                        .status())
                .isEqualTo(422);
        assertThat(management
                        .send("DELETE", "/configs/oidc/private-keys/" + previous, null)
                        .status())
                .isEqualTo(204);
        assertThat(keys()).hasSize(1);
    }

    private List<String> statuses() {
        List<String> statuses = new ArrayList<>();
        management
                .get("/configs/oidc/private-keys")
                .json()
                .forEach(key -> statuses.add(key.path("status").asString()));
        return statuses;
    }
}
