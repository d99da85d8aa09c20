package io.scopeguard.token;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.InvalidTokenException.Reason;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.Recorded;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens of a real Logto, verified at their time with the keys it published. */
class RecordedTokensTests {

    private static final Audience API = Audience.resource(Recorded.API);
    private static final Audience MANAGEMENT = Audience.resource("https://default.logto.app/api");
    private static final String ACCESS_TOKENS = """
            exchange.organization.alice-acme,                  ORGANIZATION,          cu2p5w6hsqs5, USER
            exchange.organization.bob-acme,                    ORGANIZATION,          cu2p5w6hsqs5, USER
            exchange.organization.no-scope-param,              ORGANIZATION,          cu2p5w6hsqs5, USER
            exchange.organization.spa,                         ORGANIZATION,          cu2p5w6hsqs5, USER
            exchange.resource,                                 RESOURCE,              ,             USER
            exchange.resource.bob,                             RESOURCE,              ,             USER
            m2m.api-resource,                                  RESOURCE,              ,             APPLICATION
            m2m.api-resource.no-scope-param,                   RESOURCE,              ,             APPLICATION
            m2m.api-resource.ttl-60,                           RESOURCE,              ,             APPLICATION
            m2m.management-api,                                RESOURCE,              ,             APPLICATION
            m2m.organization,                                  ORGANIZATION,          cu2p5w6hsqs5, APPLICATION
            m2m.organization.no-scope-param,                   ORGANIZATION,          cu2p5w6hsqs5, APPLICATION
            refresh.org.demoted,                               ORGANIZATION,          35leut8nc9k7, USER
            refresh.org.demoted-scope-named,                   ORGANIZATION,          35leut8nc9k7, USER
            refresh.org.member-without-role,                   ORGANIZATION,          35leut8nc9k7, USER
            refresh.org.new-scope,                             ORGANIZATION,          m9736kpk993u, USER
            refresh.org.new-scope-after-reconsent,             ORGANIZATION,          m9736kpk993u, USER
            refresh.org.no-organization-resource-at-sign-in,   ORGANIZATION,          tz3qmyrpvm3w, USER
            refresh.org.promoted,                              ORGANIZATION,          277zzhcn9ogy, USER
            refresh.org.promoted-not-requested,                ORGANIZATION,          5m08w9tgr3ej, USER
            refresh.organization.alice-acme,                   ORGANIZATION,          cu2p5w6hsqs5, USER
            refresh.organization.narrowed,                     ORGANIZATION,          cu2p5w6hsqs5, USER
            refresh.organization-resource.acme,                ORGANIZATION_RESOURCE, cu2p5w6hsqs5, USER
            refresh.organization-resource.globex,              ORGANIZATION_RESOURCE, zgdv7hj036ah, USER
            rotation.before-es384,                             ORGANIZATION,          cu2p5w6hsqs5, APPLICATION
            """;

    private static final WireMockServer server = Loopback.start();
    private static final MovableClock clock = MovableClock.atNoon();
    private static final AccessTokenVerifier verifier = verifier("jwks", Recorded.ISSUER);

    @BeforeAll
    static void publishKeys() {
        for (String keys : List.of("jwks", "jwks-admin", "jwks.after-rotation-to-rsa")) {
            server.stubFor(get(urlEqualTo("/" + keys))
                    .willReturn(Recorded.of("oidc/" + keys).response()));
        }
    }

    @AfterAll
    static void stop() {
        server.stop();
    }

    @ParameterizedTest
    @CsvSource(textBlock = ACCESS_TOKENS)
    void verifyWhenRecordedThenReadAsItsKind(
            String name, TokenKind kind, @Nullable String organization, Subject.Type type) {
        AccessToken token = verifyAtItsTime(verifier, name);

        assertThat(token.kind()).isEqualTo(kind);
        assertThat(token.organization()).isEqualTo(organization);
        assertThat(token.audience()).isEqualTo(audienceOf(name));
        assertThat(token.subject()).isEqualTo(new Subject(type, claim(name, "sub")));
        assertThat(token.clientId()).isEqualTo(claim(name, "client_id"));
        assertThat(token.isNonInteractive()).isEqualTo(type == Subject.Type.APPLICATION);
        assertThat(token.scopes()).isEqualTo(recordedScopes(name));
        assertThat(token.issuer()).isEqualTo(Recorded.ISSUER);
        assertThat(token.issuedAt()).isEqualTo(issuedAt(name));
        assertThat(token.actor()).isNull();
    }

    @Test
    void everyRecordedAccessTokenIsVerifiedByOneOfTheseTests() throws IOException, URISyntaxException {
        Set<String> elsewhere = Set.of("m2m.management-api.m-default", "rotation.management-rs256");
        Set<String> rows = ACCESS_TOKENS
                .lines()
                .map(line -> line.substring(0, line.indexOf(',')).trim())
                .collect(Collectors.toCollection(TreeSet::new));
        rows.addAll(elsewhere);

        assertThat(rows).isEqualTo(recordedAccessTokens());
    }

    @Test
    void verifyWhenTokenOfAnotherTenantsIssuerThenVerifiedOnlyWhereThatIssuerIsAccepted() {
        String name = "m2m.management-api.m-default";
        AccessTokenVerifier admin = verifier("jwks-admin", "http://127.0.0.1:3002/oidc");

        assertThat(verifyAtItsTime(admin, name).scopes()).isEqualTo(Scopes.of("all"));
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifyAtItsTime(verifier, name))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(Reason.WRONG_ISSUER);
    }

    @Test
    void verifyWhenRotatedToRsaThenBothKeysWork() {
        AccessTokenVerifier rotated = verifier("jwks.after-rotation-to-rsa", Recorded.ISSUER);

        assertThat(verifyAtItsTime(rotated, "rotation.management-rs256").scopes())
                .isEqualTo(Scopes.of("all"));
        assertThat(verifyAtItsTime(rotated, "rotation.before-es384").scopes())
                .isEqualTo(Scopes.of("read:report", "write:report"));
    }

    @Test
    void verifyWhenRotatedKeyIsNotPublishedYetThenUnknownKey() {
        AccessTokenVerifier stale = verifier("jwks", Recorded.ISSUER);

        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifyAtItsTime(stale, "rotation.management-rs256"))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(Reason.UNKNOWN_KEY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "code.initial",
                "refresh.organization-resource.acme",
                "refresh.organization-resource.globex",
                "refresh.organization.alice-acme",
                "refresh.plain"
            })
    void verifyWhenRecordedIdTokenThenNotAnAccessToken(String name) {
        clock.set(Instant.parse("2026-11-21T07:50:00Z"));

        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifier.verify(Recorded.of("tokens/" + name).idToken()))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(Reason.NOT_AN_ACCESS_TOKEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"code.initial", "exchange.opaque", "refresh.plain"})
    void verifyWhenRecordedOpaqueTokenThenOpaque(String name) {
        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifier.verify(Recorded.of("tokens/" + name).accessToken()))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.OPAQUE))
                .withMessage("This API takes no opaque tokens: request a token for a resource or an organization.");
    }

    @Test
    void verifyWhenRecordedTokenIsForAResourceThatIsNotOursThenWrongAudience() {
        AccessTokenVerifier organizationsOnly =
                builder(Recorded.ISSUER, List.of(), "jwks").build();

        assertThatExceptionOfType(InvalidTokenException.class)
                .isThrownBy(() -> verifyAtItsTime(organizationsOnly, "exchange.resource"))
                .extracting(InvalidTokenException::reason)
                .isEqualTo(Reason.WRONG_AUDIENCE);
    }

    private static AccessTokenVerifier verifier(String keys, String issuer) {
        return builder(issuer, List.of(API, MANAGEMENT), keys).build();
    }

    private static AccessTokenVerifier.Builder builder(String issuer, List<Audience> resources, String keys) {
        URI endpoint = URI.create(issuer.substring(0, issuer.length() - "/oidc".length()));
        Logto logto = Logto.at(new LogtoTenant(endpoint), "app", "secret").build();
        return AccessTokenVerifier.builder(logto.issuers(), jwks(keys), logto.tokenReader(resources))
                .keyTimeout(Loopback.PATIENCE)
                .clock(clock)
                .clockSkew(Duration.ZERO);
    }

    private static URI jwks(String name) {
        return URI.create(server.baseUrl() + "/" + name);
    }

    private static AccessToken verifyAtItsTime(AccessTokenVerifier verifier, String name) {
        clock.set(issuedAt(name));
        return verifier.verify(Recorded.of("tokens/" + name).accessToken());
    }

    private static String claim(String name, String claim) {
        return Recorded.of("tokens/" + name).claims().get(claim).stringValue();
    }

    private static Instant issuedAt(String name) {
        return Instant.ofEpochSecond(
                Recorded.of("tokens/" + name).claims().get("iat").longValue());
    }

    private static Scopes recordedScopes(String name) {
        return Scopes.parse(Recorded.of("tokens/" + name).claims().path("scope").asString(""));
    }

    private static Audience audienceOf(String name) {
        String aud = claim(name, "aud");
        return aud.startsWith("urn:") ? Audience.ORGANIZATION : Audience.resource(aud);
    }

    private static Set<String> recordedAccessTokens() throws IOException, URISyntaxException {
        URI folder = RecordedTokensTests.class
                .getResource("/logto-recorded/tokens/refresh.plain.json")
                .toURI();
        try (Stream<Path> files = Files.list(Path.of(folder).getParent())) {
            return files.map(file -> file.getFileName().toString())
                    .map(file -> file.substring(0, file.length() - ".json".length()))
                    .filter(name -> Recorded.of("tokens/" + name).content().has("accessTokenClaims"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
