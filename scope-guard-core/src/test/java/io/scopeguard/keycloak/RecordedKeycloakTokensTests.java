package io.scopeguard.keycloak;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of a real Keycloak, verified at their time with the keys it published. */
class RecordedKeycloakTokensTests {

    private static final Audience API = Audience.resource("https://api.example.test");

    private static final WireMockServer server = Loopback.start();
    private static final MovableClock clock = MovableClock.atNoon();
    private static AccessTokenVerifier verifier;

    @BeforeAll
    static void publishKeys() {
        server.stubFor(get(anyUrl())
                .willReturn(okJson(RecordedKeycloak.body("oidc/jwks").toString())));
        Keycloak keycloak = Keycloak.at(
                        new KeycloakRealm(URI.create(RecordedKeycloak.ISSUER), URI.create(server.baseUrl()), Set.of()),
                        "scope-guard",
                        "secret")
                .resource(API, "reports-api")
                .clock(clock)
                .build();
        verifier = AccessTokenVerifier.builder(keycloak, List.of(API))
                .keyTimeout(Loopback.PATIENCE)
                .clock(clock)
                .build();
    }

    @AfterAll
    static void stop() {
        verifier.close();
        server.stop();
    }

    private static AccessToken verify(String name) {
        return verify(name, RecordedKeycloak.accessToken(name));
    }

    private static AccessToken verify(String name, String token) {
        clock.set(Instant.ofEpochSecond(
                ((Number) Objects.requireNonNull(RecordedKeycloak.claims(name).get("iat"))).longValue()));
        return verifier.verify(token);
    }

    @ParameterizedTest
    @CsvSource({
        "audience.organization-acme.alice,                      acme",
        "at-jwt.organization-acme.alice,                        acme",
        "roles.organization-acme.bob-child-group-composite,     acme",
        "m2m.organization-acme.agent,                           acme",
        "m2m.organization-all.agent,                            acme",
        "exchange.organization-globex.alice,                    globex",
        "exchange.no-scope.alice,                               ",
        "global-role.organization-acme.bob,                     acme",
        "global-role.scopes.no-organization.bob,                ",
    })
    void verifyWhenForThisApiThenAccepted(String name, @Nullable String organization) {
        AccessToken token = verify(name);
        assertThat(token.onlyOrganization()).isEqualTo(organization);
        assertThat(token.issuer()).isEqualTo(RecordedKeycloak.ISSUER);
    }

    @Test
    void verifyWhenForAllOrganizationsThenAViewOfEach() {
        AccessToken token = verify("exchange.organization-all.alice");
        assertThat(token.onlyOrganization()).isNull();
        assertThat(Objects.requireNonNull(token.in("acme")).scopes().toList())
                .containsExactlyInAnyOrder("read:report", "write:report", "delete:report");
        assertThat(Objects.requireNonNull(token.in("globex")).scopes().toList()).containsExactly("read:report");
        assertThat(token.in("initech")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"roles.organization-acme.alice", "map.organization-all.alice", "m2m.management"})
    void verifyWhenMadeWithoutAudienceMapperThenWrongAudience(String name) {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verify(name))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(Reason.WRONG_AUDIENCE));
    }

    @ParameterizedTest
    @CsvSource({"idToken, NOT_AN_ACCESS_TOKEN", "refreshToken, UNSUPPORTED_ALGORITHM"})
    void verifyWhenNotAnAccessTokenThenRefused(String kind, Reason reason) {
        String name = "list.organization-acme.alice";
        String token = RecordedKeycloak.of("tokens/" + name).get(kind).stringValue();
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verify(name, token))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }

    @Test
    void verifyWhenLightweightThenTheDescriptionSaysSo() {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verify("lightweight.organization-acme.alice"))
                .satisfies(refusal -> assertThat(refusal.description()).contains("lightweight"));
    }
}
