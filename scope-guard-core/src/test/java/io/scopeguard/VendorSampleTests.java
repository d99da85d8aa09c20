package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.scopeguard.auth0.Auth0;
import io.scopeguard.auth0.Auth0Tenant;
import io.scopeguard.keycloak.Keycloak;
import io.scopeguard.keycloak.KeycloakRealm;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.scope.Audience;
import io.scopeguard.testing.DatedServer;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The claims of vendors' published sample tokens, under their published headers, signed with our key, and the result of each
 * configured provider. Where a vendor publishes no header, or no whole sample, the fixture's note says so.
 */
class VendorSampleTests {

    private static final List<String> SAMPLES = List.of(
            "auth0",
            "auth0-rfc9068",
            "auth0-organization",
            "auth0-machine",
            "keycloak-map",
            "keycloak-list",
            "cognito",
            "cognito-id",
            "entra-v1",
            "entra-v2",
            "okta",
            "workos");

    private static final RSAKey KEY = newKey();
    private static final MovableClock clock = MovableClock.atNoon();
    private static final DatedServer keys = new DatedServer(
            clock, request -> new DatedServer.Response(200, Map.of("Content-Type", "application/json"), keySet()));
    private static final List<Audience> RESOURCES = Stream.of(
                    "https://api.example.com",
                    "https://example.com/health-api",
                    "https://example-api/",
                    "https://redzone-co/api/v1/resource/server")
            .map(Audience::resource)
            .toList();

    private static final Map<String, IdentityProvider> PROVIDERS = Map.of(
            "logto",
            Logto.at(new LogtoTenant(URI.create("https://abc.logto.app")), "app", "secret")
                    .build(),
            "auth0",
            Auth0.at(Auth0Tenant.of("my-domain.auth0.com"), "id", "secret")
                    .furtherIssuers(List.of("https://exampleco.auth0.com/", "https://sandbox-redzone-co.us.auth0.com/"))
                    .build(),
            "keycloak",
            keycloak());

    @AfterAll
    static void stop() {
        keys.close();
    }

    @ParameterizedTest(name = "{0} at {1}")
    @CsvSource(
            nullValues = "-",
            value = {
                "auth0,              auth0,    auth0|123456,                         -,                    'read:admin read:patients'",
                "auth0-rfc9068,      auth0,    auth0|123456,                         -,                    'read:admin read:patients'",
                "auth0-organization, auth0,    auth0|602c0dcab993d10073daf680,       org_9ybsU1dN2dKfDkBi, ''",
                "auth0-machine,      auth0,    OOZH6s5sgOORoVKBMNRu0xRd4I3dl5T7,     -,                    ''",
                "keycloak-map,       keycloak, 4a8d3ac0-16ab-4e21-a48d-0d2d7f0c7a7e, testcorp,             ''",
                "keycloak-list,      keycloak, 4a8d3ac0-16ab-4e21-a48d-0d2d7f0c7a7e, 'testcorp othercorp', ''"
            })
    void verifyWhenOfTheConfiguredProviderThenAccepted(
            String sample, String provider, String subject, @Nullable String organizations, String scopes)
            throws Exception {
        AccessToken token = verify(sample, provider, false);

        assertThat(token.subject().id()).isEqualTo(subject);
        assertThat(token.isNonInteractive()).isEqualTo(sample.equals("auth0-machine"));
        assertThat(token.views().stream()
                        .map(AccessToken::organization)
                        .filter(Objects::nonNull)
                        .toList())
                .isEqualTo(organizations == null ? List.of() : List.of(organizations.split(" ")));
        assertThat(token.scopes().stream().sorted().toList())
                .isEqualTo(scopes.isEmpty() ? List.of() : List.of(scopes.split(" ")));
    }

    static Stream<Arguments> foreign() {
        return SAMPLES.stream()
                .flatMap(sample -> PROVIDERS.keySet().stream()
                        .filter(provider -> !sample.startsWith(provider))
                        .map(provider -> Arguments.of(sample, provider)));
    }

    @ParameterizedTest(name = "{0} at {1}")
    @MethodSource("foreign")
    void verifyWhenOfAnotherVendorThenTheIssuerIsNamedFirst(String sample, String provider) {
        assertRefused(sample, provider, false, Reason.WRONG_ISSUER, "from another issuer");
    }

    /** The vendor's issuer was added to a provider's issuers by mistake. The next error message helps to find the mistake. */
    @ParameterizedTest(name = "{0} at {1}")
    @CsvSource({
        "auth0,         logto,    NOT_AN_ACCESS_TOKEN, its type is not at+jwt",
        "auth0-rfc9068, logto,    WRONG_AUDIENCE,      must be exactly one that this API takes",
        "auth0,         keycloak, NOT_AN_ACCESS_TOKEN, claim typ is not Bearer",
        "keycloak-map,  logto,    NOT_AN_ACCESS_TOKEN, its type is not at+jwt",
        "keycloak-list, auth0,    WRONG_AUDIENCE,      identifier of this API as the audience",
        "cognito,       logto,    NOT_AN_ACCESS_TOKEN, its type is not at+jwt",
        "cognito,       auth0,    NOT_AN_ACCESS_TOKEN, its type is not at+jwt or jwt",
        "cognito,       keycloak, NOT_AN_ACCESS_TOKEN, its type is not at+jwt or jwt",
        "cognito-id,    auth0,    NOT_AN_ACCESS_TOKEN, its type is not at+jwt or jwt",
        "entra-v1,      auth0,    NOT_AN_ACCESS_TOKEN, names its client in azp or client_id",
        "entra-v1,      logto,    NOT_AN_ACCESS_TOKEN, its type is not at+jwt",
        "entra-v2,      auth0,    WRONG_AUDIENCE,      identifier of this API as the audience",
        "entra-v2,      keycloak, NOT_AN_ACCESS_TOKEN, claim typ is not Bearer",
        "okta,          logto,    NOT_AN_ACCESS_TOKEN, its type is not at+jwt",
        "okta,          auth0,    NOT_AN_ACCESS_TOKEN, its type is not at+jwt or jwt",
        "workos,        auth0,    NOT_AN_ACCESS_TOKEN, its type is not at+jwt or jwt",
        "workos,        keycloak, NOT_AN_ACCESS_TOKEN, its type is not at+jwt or jwt"
    })
    void verifyWhenTheIssuerIsTrustedByMistakeThenTheReasonHelps(
            String sample, String provider, Reason reason, String description) {
        assertRefused(sample, provider, true, reason, description);
    }

    private static void assertRefused(
            String sample, String provider, boolean trustsIssuer, Reason reason, String description) {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verify(sample, provider, trustsIssuer))
                .withMessageContaining(description)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
    }

    private static AccessToken verify(String name, String provider, boolean trustsIssuer) throws ParseException {
        JsonNode sample = sample(name);
        JsonNode claims = sample.get("claims");
        clock.set(Instant.ofEpochSecond(claims.get("iat").longValue() + 1));
        IdentityProvider configured = Objects.requireNonNull(PROVIDERS.get(provider));
        List<String> issuers = new ArrayList<>(configured.issuers());
        if (trustsIssuer) {
            issuers.add(claims.get("iss").stringValue());
        }
        JWSHeader header = JWSHeader.parse(sample.get("header").toString());
        try (AccessTokenVerifier verifier = AccessTokenVerifier.builder(
                        issuers, URI.create(keys.url() + "/jwks"), configured.tokenReader(RESOURCES))
                .keyTimeout(Loopback.PATIENCE)
                .clock(clock)
                .build()) {
            return verifier.verify(TestTokens.sign(header, claims.toString(), KEY));
        }
    }

    private static IdentityProvider keycloak() {
        KeycloakRealm realm = new KeycloakRealm(URI.create("https://keycloak.example.com/realms/test"));
        Keycloak.Builder builder = Keycloak.at(realm, "id", "secret");
        RESOURCES.forEach(resource -> builder.resource(resource, "client-of-" + resource));
        return builder.build();
    }

    private static JsonNode sample(String name) {
        try (InputStream in = Objects.requireNonNull(
                VendorSampleTests.class.getResourceAsStream("/token-samples/" + name + ".json"))) {
            return JsonMapper.builder().build().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same key under the id of each sample. */
    private static String keySet() {
        List<JWK> published = SAMPLES.stream()
                .map(name -> sample(name).get("header").get("kid").stringValue())
                .distinct()
                .<JWK>map(id -> new RSAKey.Builder(KEY).keyID(id).build())
                .toList();
        return new JWKSet(published).toString(true);
    }

    private static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
