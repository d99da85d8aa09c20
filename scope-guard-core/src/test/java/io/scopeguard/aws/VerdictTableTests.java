package io.scopeguard.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.APIGatewayV2CustomAuthorizerEvent;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.scopeguard.AccessRequest;
import io.scopeguard.Denial;
import io.scopeguard.ScopeGuard;
import io.scopeguard.auth0.FakeAuth0;
import io.scopeguard.auth0.FakeSignIn;
import io.scopeguard.keycloak.Keycloak;
import io.scopeguard.keycloak.KeycloakRealm;
import io.scopeguard.logto.Logto;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.Standing;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.time.SteadyClock;
import io.scopeguard.token.AccessToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The table in the documentation: tokens of three providers, judged by the JWT authorizer's rules and by Scope Guard. The route is
 * {@code /organizations/acme/reports}, and needs {@code read:report} and {@code write:report}.
 */
@Timeout(300)
class VerdictTableTests {

    private static final Set<String> SCOPES = Set.of("read:report", "write:report");
    private static final String[] BOTH = {"read:report", "write:report"};
    /** Marks rules that AWS's guide does not state. */
    private static final String REPORTED = "†";

    private static final int MOST_LOOKS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final CacheSettings CACHE =
            new CacheSettings(Duration.ofSeconds(30), Duration.ofMinutes(5), PATIENCE, 100, Duration.ofHours(24));

    private final MovableClock clock = MovableClock.atNoon();
    private final List<String> rows = new ArrayList<>();

    @Test
    void tokensGetTheDocumentedVerdicts() throws Exception {
        logto();
        auth0();
        keycloak();

        assertThat(documented()).isEqualTo(rows);
    }

    private static List<String> documented() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "aws.md"));
        return page.substring(page.indexOf("## The same token at both"))
                .lines()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| token"))
                .map(line -> line.substring(0, line.lastIndexOf('|', line.length() - 2) + 1)
                        .replace(REPORTED, ""))
                .toList();
    }

    private void logto() throws Exception {
        try (TestTokens tokens = new TestTokens(clock)) {
            RSAKey rsa = key();
            ECKey ec = new ECKeyGenerator(Curve.P_384).keyID("ec").generate();
            tokens.publish(ec, rsa);
            JWSHeader header =
                    TestTokens.header(JWSAlgorithm.RS256, rsa.getKeyID()).build();
            InMemoryTenant tenant = new InMemoryTenant();
            SteadyClock steady = clock.steady();
            try (PermissionCache cache = new PermissionCache("Test", tenant, steady, CACHE, FactExchange.NONE);
                    ScopeGuard guard = ScopeGuard.builder(Logto.at(tokens.tenant(), "app", "secret")
                                    .steadyClock(steady)
                                    .build())
                            .verifier(tokens.verifier())
                            .permissions(cache)
                            .build()) {
                Judge judge = new Judge(
                        guard,
                        Audience.resource(TestTokens.API.value()),
                        new JwtAuthorizerModel(
                                tokens.tenant().issuer(),
                                Set.of(TestTokens.API.value()),
                                SCOPES,
                                new JWKSet(List.of(ec, rsa))));
                Judge ofOrganization = new Judge(guard, Audience.ORGANIZATION, judge.model);

                String organization =
                        tokens.organization("acme").subject("bob").scopes(BOTH).json();
                String es384 = TestTokens.sign(
                        TestTokens.header(JWSAlgorithm.ES384, ec.getKeyID()).build(), organization, ec);
                tenant.grant(guard.verify(es384), BOTH);
                ofOrganization.row("Logto, organization token, ES384", es384);
                ofOrganization.row("the same, RS256", TestTokens.sign(header, organization, rsa));

                String resource = TestTokens.sign(
                        header, tokens.organizationResource("acme").scopes(BOTH).json(), rsa);
                AccessToken verified = guard.verify(resource);
                tenant.grant(verified, BOTH);
                judge.row("Logto, organization-level API token, RS256", resource);
                judge.rowWithoutScheme("the same, without `Bearer `", resource);
                judge.row(
                        "the same, of another organization",
                        TestTokens.sign(
                                header,
                                tokens.organizationResource("globex")
                                        .scopes(BOTH)
                                        .json(),
                                rsa));
                judge.row(
                        "the same, with `read:report` only",
                        TestTokens.sign(
                                header,
                                tokens.organizationResource("acme")
                                        .scopes("read:report")
                                        .json(),
                                rsa));
                judge.row(
                        "the same, without scopes",
                        TestTokens.sign(
                                header,
                                tokens.organizationResource("acme").scopes().json(),
                                rsa));
                judge.row(
                        "the same, scopes in `scp`",
                        TestTokens.sign(
                                header,
                                tokens.organizationResource("acme")
                                        .with("scp", String.join(" ", BOTH))
                                        .json(),
                                rsa));
                judge.row(
                        "the same, `client_id` instead of `aud`",
                        TestTokens.sign(
                                header,
                                tokens.organizationResource("acme")
                                        .scopes(BOTH)
                                        .client(TestTokens.API.value())
                                        .without("aud")
                                        .json(),
                                rsa));
                judge.row(
                        "the same, for another API",
                        TestTokens.sign(
                                header,
                                tokens.organizationResource("acme")
                                        .scopes(BOTH)
                                        .with("aud", "https://other.example")
                                        .json(),
                                rsa));
                judge.row(
                        "the same, of another issuer",
                        TestTokens.sign(
                                header,
                                tokens.organizationResource("acme")
                                        .scopes(BOTH)
                                        .with("iss", "https://other.example")
                                        .json(),
                                rsa));
                idToken(judge, tokens, rsa);
                tenant.grant(verified, "read:report");
                judge.lookUntilChanged(resource);
                judge.row("the API token, demoted since", resource);
                tenant.stands(verified, Standing.SUSPENDED);
                judge.lookUntilChanged(resource);
                judge.row("the same, user suspended since", resource);
                clock.advance(Duration.ofHours(2));
                judge.row("the same, expired", resource);
            }
        }
    }

    private void idToken(Judge judge, TestTokens tokens, RSAKey rsa) throws Exception {
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(rsa.getKeyID()).build();
        String token = TestTokens.sign(
                header,
                tokens.resource().with("aud", "browser").without("client_id").json(),
                rsa);
        judge.row("the same client's ID token", token);
        judge.with(new JwtAuthorizerModel(judge.model.issuer(), Set.of("browser"), Set.of(), judge.model.keys()))
                .row("likewise, if the client is the audience, and the route has no scopes", token);
    }

    private void auth0() throws Exception {
        try (FakeAuth0 tenant = new FakeAuth0(clock)) {
            tenant.api(FakeAuth0.API, true, "access_token_authz", "RS256", BOTH)
                    .role("rol_writer", BOTH)
                    .role("rol_reader", "read:report")
                    .user("auth0|alice")
                    .member("acme", "auth0|alice", "rol_writer")
                    .member("globex", "auth0|alice", "rol_writer");
            try (ScopeGuard guard = ScopeGuard.builder(
                            tenant.auth0().timeout(PATIENCE).build())
                    .resources(List.of(Audience.resource(FakeAuth0.API)))
                    .cache(CACHE)
                    .build()) {
                Judge judge = new Judge(
                        guard,
                        Audience.resource(FakeAuth0.API),
                        new JwtAuthorizerModel(
                                tenant.url() + "/", Set.of(FakeAuth0.API), SCOPES, JWKSet.parse(FakeSignIn.jwkSet())));
                String token = tenant.signIn("auth0|alice", "acme", BOTH).token();
                judge.row("Auth0, signed in through the organization", token);
                judge.row(
                        "the same, of another organization",
                        tenant.signIn("auth0|alice", "globex", BOTH).token());
                judge.row(
                        "the same, in `permissions` only",
                        tenant.signIn("auth0|alice", "acme").token());
                judge.with(new JwtAuthorizerModel(tenant.url(), judge.model.audiences(), SCOPES, judge.model.keys()))
                        .row("the same, if the authorizer's issuer lacks the final slash", token);
                tenant.member("acme", "auth0|alice", "rol_reader");
                judge.lookUntilChanged(token);
                judge.row("the same, demoted since", token);
            }
        }
    }

    private void keycloak() throws Exception {
        RSAKey rsa = key();
        try (FakeKeycloak realm = FakeKeycloak.recorded(clock).publish(rsa)) {
            Audience api = Audience.resource(FakeKeycloak.API);
            SteadyClock steady = clock.steady();
            try (ScopeGuard guard = ScopeGuard.builder(Keycloak.at(
                                    new KeycloakRealm(realm.issuer()),
                                    FakeKeycloak.CLIENT_ID,
                                    FakeKeycloak.CLIENT_SECRET)
                            .resource(api, FakeKeycloak.API_CLIENT)
                            .clock(clock)
                            .steadyClock(steady)
                            .timeout(PATIENCE)
                            .build())
                    .resources(List.of(api))
                    .cache(CACHE)
                    .build()) {
                Judge judge = new Judge(
                        guard,
                        api,
                        new JwtAuthorizerModel(
                                realm.issuer().toString(), Set.of(FakeKeycloak.API), SCOPES, new JWKSet(rsa)));
                judge.row("Keycloak, roles of organization groups, ES256", realm.token("alice", "acme"));
                JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .type(JOSEObjectType.JWT)
                        .keyID(rsa.getKeyID())
                        .build();
                String claims = new Payload(realm.claims("alice", "acme")).toString();
                judge.row("the same, RS256", TestTokens.sign(header, claims, rsa));
            }
        }
    }

    private static RSAKey key() throws JOSEException {
        return new RSAKeyGenerator(2048)
                .keyID("rsa")
                .algorithm(JWSAlgorithm.RS256)
                .generate();
    }

    /** Both verdicts about tokens of one provider. */
    private final class Judge {

        private final ScopeGuard guard;
        private final AccessRequest request;
        private final JwtAuthorizerModel model;

        Judge(ScopeGuard guard, Audience audience, JwtAuthorizerModel model) {
            this(
                    guard,
                    new AccessRequest(
                            RequestedOrganization.named("acme"), ScopeRequirement.allOf(audience, Scopes.of(BOTH))),
                    model);
        }

        private Judge(ScopeGuard guard, AccessRequest request, JwtAuthorizerModel model) {
            this.guard = guard;
            this.request = request;
            this.model = model;
        }

        /** The same guard with another authorizer. */
        Judge with(JwtAuthorizerModel other) {
            return new Judge(guard, request, other);
        }

        void row(String name, String token) throws Exception {
            row(name, token, verdict(token));
        }

        /** Both receive the unchanged value of the header. */
        void rowWithoutScheme(String name, String token) throws Exception {
            APIGatewayV2CustomAuthorizerEvent event = new APIGatewayV2CustomAuthorizerEvent();
            event.setRouteKey("GET /reports");
            event.setHeaders(Map.of("authorization", token));
            event.setIdentitySource(List.of(token));
            HttpApiRoutes routes = HttpApiRoutesTests.of(
                    "{\"GET /reports\": {\"allOf\": [\"read:report\"], \"organization\": \"token\"}}");
            HttpApiAuthorizer authorizer =
                    HttpApiAuthorizer.builder(guard, routes).build();
            assertThatThrownBy(() -> authorizer.handleRequest(event, null)).hasMessage("Unauthorized");
            row(name, token, "401, no token");
        }

        private void row(String name, String credentials, String ours) throws Exception {
            rows.add("| " + name + " | " + model.verdict(credentials, clock.instant()) + " | " + ours + " |");
        }

        /** Repeated every minute until the change is noticed, because a loss needs a confirming read. */
        void lookUntilChanged(String token) {
            String before = verdict(token);
            for (int looks = 0; looks < MOST_LOOKS && verdict(token).equals(before); looks++) {
                clock.advance(Duration.ofMinutes(1));
            }
        }

        private String verdict(String token) {
            try {
                Denial denial = guard.authorize(guard.verify(token), request).denial();
                return denial == null ? "200" : (denial == Denial.SUBJECT_INACTIVE ? "401, " : "403, ") + lower(denial);
            } catch (InvalidTokenException e) {
                return "401, " + lower(e.reason());
            }
        }

        private static String lower(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
