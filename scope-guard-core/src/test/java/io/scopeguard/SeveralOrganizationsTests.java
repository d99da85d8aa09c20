package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import io.scopeguard.drift.Clients;
import io.scopeguard.drift.DriftDetector;
import io.scopeguard.drift.WatchedScopes;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.permission.fact.FactExchange;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.ProviderClock;
import io.scopeguard.provider.RefreshDelivery;
import io.scopeguard.provider.ScopeCatalogue;
import io.scopeguard.provider.Subject;
import io.scopeguard.provider.TokenContent;
import io.scopeguard.provider.TokenGrant;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.remedy.RemedyAdvisor;
import io.scopeguard.remedy.RemedyListener;
import io.scopeguard.role.Roles;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ProblemResponses;
import io.scopeguard.testing.InMemoryTenant;
import io.scopeguard.testing.Loopback;
import io.scopeguard.testing.MapTokenReader;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.testing.TestTokens;
import io.scopeguard.token.AccessToken;
import io.scopeguard.token.AccessTokenVerifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens that permit something in several organizations: each request is judged by the view of its own organization. */
class SeveralOrganizationsTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TestTokens tokens = new TestTokens(clock);
    private static final AccessTokenVerifier verifier = verifier(TestTokens.API);

    private final InMemoryTenant tenant = new InMemoryTenant();
    private final ProviderClock provider = new ProviderClock(clock.steady());
    private final PermissionCache cache =
            new PermissionCache("Test", tenant, clock.steady(), CacheSettings.DEFAULT, FactExchange.NONE);
    private final Clients clients = Clients.watching(WatchedScopes.all());
    private final ScopeGuard guard = new ScopeGuard(new ProviderGuard(
            "provider",
            verifier,
            ScopeGuardSettings.DEFAULT,
            cache,
            new DriftDetector(clients, new ScopeCatalogue(provider)),
            new RemedyAdvisor(
                    clients,
                    provider,
                    kind -> RefreshDelivery.ALWAYS,
                    ScopeGuardSettings.DEFAULT.maxAge(),
                    RemedyListener.none()),
            provider,
            Duration.ZERO,
            Roles::none,
            1_000,
            () -> {}));

    private static AccessTokenVerifier verifier(Audience audience) {
        return AccessTokenVerifier.builder(
                        List.of(tokens.tenant().issuer()), tokens.jwkSetUri(), new MapTokenReader(audience))
                .keyTimeout(Loopback.PATIENCE)
                .clock(clock)
                .build();
    }

    @AfterEach
    void close() {
        cache.close();
    }

    @AfterAll
    static void stop() {
        verifier.close();
        tokens.close();
    }

    /** Organizations: admin in acme, viewer in globex, and one scope outside of organizations. */
    private static AccessToken several() {
        return verifier.verify(tokens.resource()
                .with("organizations", Map.of("acme", List.of("read", "delete"), "globex", List.of("read")))
                .scopes("audit")
                .compact());
    }

    @ParameterizedTest
    @CsvSource({
        "acme, delete,",
        "acme, read,",
        "globex, read,",
        "globex, delete, INSUFFICIENT_SCOPE",
        "acme, audit, INSUFFICIENT_SCOPE",
        "initech, read, ORGANIZATION_MISMATCH",
        ", audit,",
        ", read, INSUFFICIENT_SCOPE"
    })
    void authorizeThenJudgedByTheViewOfTheRequestsOrganization(
            @Nullable String organization, String scope, @Nullable Denial expected) {
        AccessToken token = several();
        tenant.grant(view(token, "acme"), "read", "delete")
                .grant(view(token, "globex"), "read")
                .grant(token, "audit");

        Decision decision = guard.authorize(token, request(organization, scope));

        assertThat(decision.denial()).isEqualTo(expected);
        if (expected != Denial.ORGANIZATION_MISMATCH) {
            assertThat(decision.token().organization()).isEqualTo(organization);
        }
    }

    @Test
    void authorizeWhenARightIsLostInOneOrganizationThenTheOtherKeepsIt() {
        AccessToken token = several();
        tenant.grant(view(token, "acme"), "read").grant(view(token, "globex"), "read");

        assertThat(guard.authorize(token, request("acme", "delete")).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(guard.authorize(token, request("acme", "read")).drift().demoted())
                .isEqualTo(Scopes.of("delete"));
        assertThat(guard.authorize(token, request("globex", "read")).drift().isEmpty())
                .isTrue();
    }

    @Test
    void authorizeWhenBoundToTheTokensOrganizationThenATokenOfSeveralIsRefused() {
        AccessToken token = several();
        Decision decision = guard.authorize(
                token,
                new AccessRequest(
                        RequestedOrganization.OF_TOKEN, ScopeRequirement.allOf(TestTokens.API, Scopes.of("read"))));

        assertThat(decision.denial()).isEqualTo(Denial.ORGANIZATION_MISMATCH);
        assertThat(detail(decision))
                .isEqualTo("The token is for several organizations: this operation takes a token for one.");
        assertThat(detail(guard.authorize(token, request("initech", "read"))))
                .isEqualTo("The token is not for the organization of the request.");
    }

    @Test
    void authorizeWhenTheTokenIsForOneOrganizationAndNoneThenBoundToTheOne() {
        AccessToken token = verifier.verify(tokens.resource()
                .with("organizations", Map.of("acme", List.of("read")))
                .scopes("audit")
                .compact());
        tenant.grant(view(token, "acme"), "read");

        assertThat(token.onlyOrganization()).isEqualTo("acme");
        assertThat(token.organization()).isEqualTo("acme");
        assertThat(token.outside().scopes()).isEqualTo(Scopes.of("audit"));
        assertThat(token.outside().in("acme")).isSameAs(token);
        assertThat(guard.authorize(
                                token,
                                new AccessRequest(
                                        RequestedOrganization.OF_TOKEN,
                                        ScopeRequirement.allOf(TestTokens.API, Scopes.of("read"))))
                        .isGranted())
                .isTrue();
        // A refusal names the organization that the token is for.
        assertThat(guard.authorize(token, request("globex", "read")).token().organization())
                .isEqualTo("acme");
    }

    @Test
    void verifyWhenNoGrantIsOutsideOfOrganizationsThenThatViewPermitsNothing() {
        for (Audience audience : List.of(TestTokens.API, Audience.ORGANIZATION)) {
            AccessToken token = verifier(audience)
                    .verify(tokens.resource()
                            .with("organizations", Map.of("acme", List.of("read"), "globex", List.of("read")))
                            .compact());

            assertThat(token.organization()).isNull();
            assertThat(token.scopes().isEmpty()).isTrue();
            assertThat(token.views()).hasSize(3);
            assertThat(token.in("acme"))
                    .isNotNull()
                    .extracting(AccessToken::scopes)
                    .isEqualTo(Scopes.of("read"));
            assertThat(token.in("initech")).isNull();
        }
    }

    @Test
    void verifyWhenThereIsOneGrantThenItIsTheView() {
        AccessToken token = verifier.verify(tokens.resource()
                .with("organizations", Map.of("acme", List.of("read")))
                .compact());

        assertThat(token.organization()).isEqualTo("acme");
        assertThat(token.kind()).isEqualTo(TokenKind.ORGANIZATION_RESOURCE);
        assertThat(token.in("acme")).isSameAs(token);
        assertThat(token.forAudience(TestTokens.API)).isSameAs(token);
        assertThat(token.views()).containsExactly(token);
        // Nothing is stated about permissions outside of organizations, so such a request needs a token of another
        // kind.
        assertThat(token.outside()).isSameAs(token);
        assertThat(guard.authorize(token, request(null, "read")).denial()).isEqualTo(Denial.WRONG_TOKEN_KIND);
    }

    @Test
    void authorizeWhenNothingIsRequiredThenByTheTokensOnlyOrganization() {
        AccessToken token = verifier.verify(tokens.resource()
                .with("organizations", Map.of("acme", List.of("read")))
                .scopes("audit")
                .compact());
        tenant.grant(view(token, "acme"), "read");

        Decision decision = guard.authorize(token, new AccessRequest(RequestedOrganization.NONE, null));

        assertThat(decision.token().organization()).isEqualTo("acme");
        assertThat(decision.drift().isEmpty()).isTrue();
    }

    @Test
    void verifyWhenThereIsNoIdThenTheSignatureIsTheFingerprint() {
        String first = tokens.resource().without("jti").scopes("audit").compact();
        String second = tokens.resource().without("jti").scopes("read").compact();

        assertThat(verifier.verify(first).fingerprint())
                .hasSize(16)
                .isEqualTo(verifier(TestTokens.API).verify(first).fingerprint())
                .isNotEqualTo(verifier.verify(second).fingerprint());
    }

    @ParameterizedTest
    @CsvSource({"JWT, true", "jwt, true", "at+jwt, true", "application/AT+JWT, true", "logout+jwt, false"})
    void verifyThenTheReadersTypesAreAccepted(String type, boolean isAccepted) {
        String token = tokens.resource()
                .compact(new JWSHeader.Builder(JWSAlgorithm.ES256)
                        .type(new JOSEObjectType(type))
                        .keyID(tokens.key().getKeyID())
                        .build());

        if (isAccepted) {
            assertThat(verifier.verify(token).subject().id()).isEqualTo("alice");
        } else {
            assertThatExceptionOfType(InvalidTokenException.class)
                    .isThrownBy(() -> verifier.verify(token))
                    .withMessage("Not an access token: its type is not at+jwt or jwt.");
        }
    }

    @Test
    void contentWhenImpossibleThenRefused() {
        Subject alice = new Subject(Subject.Type.USER, "alice");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TokenContent(alice, "browser", null, null, List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenGrant.of(Audience.ORGANIZATION, null, Scopes.of("read")));
    }

    private static AccessToken view(AccessToken token, String organization) {
        AccessToken view = token.in(organization);
        assertThat(view).isNotNull();
        return view;
    }

    private static AccessRequest request(@Nullable String organization, String scope) {
        return new AccessRequest(
                RequestedOrganization.agreeing(organization, null),
                ScopeRequirement.allOf(TestTokens.API, Scopes.of(scope)));
    }

    private static String detail(Decision decision) {
        return new ProblemResponses(null).of(decision).problem().detail();
    }
}
