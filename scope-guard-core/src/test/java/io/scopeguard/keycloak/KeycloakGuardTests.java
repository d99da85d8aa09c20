package io.scopeguard.keycloak;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.serverError;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.scopeguard.AccessRequest;
import io.scopeguard.Decision;
import io.scopeguard.Denial;
import io.scopeguard.Mode;
import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.organization.RequestedOrganization;
import io.scopeguard.permission.CacheSettings;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.ScopeRequirement;
import io.scopeguard.scope.Scopes;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.FakeRealm;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A guard for Keycloak's tokens: decisions and advice after changes at Keycloak. */
class KeycloakGuardTests {

    private static final Audience API = Audience.resource(FakeKeycloak.API);
    private static final ScopeRequirement READ = ScopeRequirement.allOf(API, Scopes.of("read:report"));
    private static final ScopeRequirement WRITE = ScopeRequirement.allOf(API, Scopes.of("write:report"));

    private final MovableClock clock = MovableClock.atNoon();
    private final FakeKeycloak server = FakeKeycloak.recorded(clock);
    private final ScopeGuard guard = guard(GlobalScopes.ROLES);

    private ScopeGuard guard(GlobalScopes globalScopes) {
        Keycloak keycloak = Keycloak.at(
                        new KeycloakRealm(server.issuer()), FakeKeycloak.CLIENT_ID, FakeKeycloak.CLIENT_SECRET)
                .resource(API, FakeKeycloak.API_CLIENT)
                .globalScopes(globalScopes)
                .callsPerSecond(1_000)
                .timeout(Duration.ofMinutes(3))
                .clock(clock)
                .steadyClock(clock.steady())
                .build();
        // An expired fact is read again before it is used, however busy the machine is.
        ScopeGuardSettings settings = new ScopeGuardSettings(
                Mode.ENFORCE, Duration.ofSeconds(30), Duration.ofSeconds(30), WhenUnknown.TRUST_TOKEN);
        CacheSettings cache = new CacheSettings(
                settings.maxAge(), settings.maxStale(), Duration.ofMinutes(3), 1_000, Duration.ofHours(24));
        return ScopeGuard.builder(keycloak)
                .resources(List.of(API))
                .settings(settings)
                .cache(cache)
                .build();
    }

    @AfterEach
    void stop() {
        guard.close();
        server.close();
    }

    private FakeRealm realm() {
        return server.realm();
    }

    private Decision decide(String token, String organization, ScopeRequirement requirement) {
        return guard.authorize(
                guard.verify(token), new AccessRequest(RequestedOrganization.named(organization), requirement));
    }

    private void pass() {
        clock.advance(Duration.ofSeconds(40));
    }

    @Test
    void authorizeWhenDemotedThenRefusedAndToldToRefresh() {
        String token = server.token("alice", "acme");
        pass();
        assertThat(decide(token, "acme", WRITE).isGranted()).isTrue();
        realm().leave("acme-id", "acme-admins", "alice").join("acme-id", "acme-members", "alice");
        pass();
        Decision read = decide(token, "acme", READ);
        assertThat(read.isGranted()).isTrue();
        assertThat(read.drift().demoted()).containsExactlyInAnyOrder("write:report", "delete:report");
        assertThat(read.advice().remedy()).isEqualTo(Remedy.REFRESH);
        assertThat(decide(token, "acme", WRITE).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    @Test
    void authorizeWhenPromotedThenARefreshAndNeverConsent() {
        String token = server.token("bob", "acme");
        pass();
        decide(token, "acme", READ);
        realm().join("acme-id", "acme-admins", "bob");
        pass();
        assertThat(decide(token, "acme", READ).advice().remedy()).isEqualTo(Remedy.REFRESH);
        assertThat(decide(token, "acme", WRITE).advice().remedy()).isEqualTo(Remedy.REFRESH);
        clock.advance(Duration.ofSeconds(5));
        assertThat(decide(server.token("bob", "acme"), "acme", WRITE).isGranted())
                .isTrue();
    }

    /** A proxy cuts an answer short, or a role is deleted between two pages of the list, so that the next one is skipped. */
    @Test
    void authorizeWhenTheListOfRolesLacksARoleOnceThenNothingIsLost() {
        realm().grant("bob", "write:report");
        String token = server.token("bob");
        pass();
        assertThat(global(guard, token, WRITE).isGranted()).isTrue();
        pass();
        server.server()
                .stubFor(get(urlPathMatching(".*/clients/api/roles"))
                        .inScenario("cut short")
                        .whenScenarioStateIs(Scenario.STARTED)
                        .willReturn(okJson(
                                "[{'id':'api-read:report','name':'read:report','composite':false}]".replace('\'', '"')))
                        .willSetStateTo("whole"));
        Decision decision = global(guard, token, WRITE);
        assertThat(server.server().getAllScenarios().getScenarios())
                .singleElement()
                .satisfies(read -> assertThat(read.getState()).isEqualTo("whole"));
        assertThat(decision.isGranted()).isTrue();
        assertThat(decision.drift().isEmpty()).isTrue();
    }

    /** Carol's request has read the roles of the client a moment before one of them got another one inside. */
    @Test
    void authorizeWhenARoleBecameCompositeSinceItWasReadForOthersThenItsContentCounts() {
        realm().role("api", "editor")
                .user("erin", "erin")
                .group("acme-id", "acme-editors", "editors", "editor")
                .member("acme-id", "erin", "acme-editors");
        String carol = server.token("carol", "globex");
        pass();
        assertThat(decide(carol, "globex", READ).isGranted()).isTrue();
        clock.advance(Duration.ofMillis(1_500));
        realm().role("api", "editor", "write:report");
        clock.advance(Duration.ofMillis(500));
        String erin = server.token("erin", "acme");
        clock.advance(Duration.ofMillis(2_500));
        assertThat(decide(erin, "acme", WRITE.withMaxAge(Duration.ofSeconds(2))).isGranted())
                .isTrue();
    }

    @Test
    void authorizeWhenTheOrganizationWasEnabledSinceItWasReadForOthersThenItsTokensCount() {
        String bob = server.token("bob", "acme");
        String alice = server.token("alice", "acme");
        realm().enableOrganization("acme-id", false);
        pass();
        assertThat(decide(bob, "acme", READ).denial()).isEqualTo(Denial.NOT_A_MEMBER);
        clock.advance(Duration.ofMillis(1_500));
        realm().enableOrganization("acme-id", true);
        clock.advance(Duration.ofMillis(500));
        assertThat(decide(alice, "acme", WRITE.withMaxAge(Duration.ofSeconds(1)))
                        .isGranted())
                .isTrue();
    }

    /** The token carries no role outside of organizations, and a refresh of this very token brings the first one. */
    @Test
    void authorizeWhenATokenForOneOrganizationIsUsedOutsideThenByItsGlobalRoles() {
        String token = server.token("bob", "acme");
        pass();
        Decision none = global(guard, token, READ);
        assertThat(none.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(none.advice().remedy()).isEqualTo(Remedy.NONE);

        realm().grant("bob", "read:report");
        pass();
        Decision promoted = global(guard, token, READ);
        assertThat(promoted.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(promoted.grantable()).isEqualTo(Scopes.of("read:report"));
        assertThat(promoted.advice().remedy()).isEqualTo(Remedy.REFRESH);
        clock.advance(Duration.ofSeconds(5));
        String refreshed = server.token("bob", "acme");
        assertThat(global(guard, refreshed, READ).isGranted()).isTrue();

        realm().revoke("bob", "read:report");
        pass();
        assertThat(global(guard, refreshed, READ).advice().remedy()).isEqualTo(Remedy.REFRESH);
        clock.advance(Duration.ofSeconds(5));
        Decision demoted = global(guard, server.token("bob", "acme"), READ);
        assertThat(demoted.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(demoted.advice().remedy()).isEqualTo(Remedy.NONE);
    }

    /** Without a requirement, the response tells of the organization that the token is for. */
    @Test
    void inspectWhenATokenIsForOneOrganizationThenItsRolesThere() {
        realm().grant("alice", "invite:member");
        String token = server.token("alice", "acme");
        pass();
        guard.inspect(guard.verify(token));
        realm().leave("acme-id", "acme-admins", "alice").join("acme-id", "acme-members", "alice");
        pass();
        Decision inspected = guard.inspect(guard.verify(token));
        assertThat(inspected.token().organization()).isEqualTo("acme");
        assertThat(inspected.drift().demoted()).containsExactlyInAnyOrder("write:report", "delete:report");
        assertThat(guard.authorize(guard.verify(token), new AccessRequest(RequestedOrganization.NONE, null))
                        .drift()
                        .demoted())
                .containsExactlyInAnyOrder("write:report", "delete:report");
    }

    /** For example, the client scope with the audience mapper. Keycloak puts its name into each token again. */
    @Test
    void authorizeWhenTheScopeClaimNamesOtherClientScopesThenTheyAreNoDriftAndPermitNothing() {
        realm().grant("bob", "read:report").grant("bob", "write:report");
        ScopeRequirement named = ScopeRequirement.allOf(API, Scopes.of("reports-audience"));
        try (ScopeGuard delegating = guard(GlobalScopes.SCOPE)) {
            String token = delegated("bob", "read:report", "write:report", "reports-audience");
            pass();
            Decision granted = global(delegating, token, READ);
            assertThat(granted.isGranted()).isTrue();
            assertThat(granted.drift().isEmpty()).isTrue();
            assertThat(granted.effective()).isEqualTo(Scopes.of("read:report", "write:report"));
            assertThat(global(delegating, token, named).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
            realm().revoke("bob", "write:report");
            pass();
            Decision demoted = global(delegating, token, READ);
            assertThat(demoted.drift().demoted()).isEqualTo(Scopes.of("write:report"));
            assertThat(demoted.advice().remedy()).isEqualTo(Remedy.REFRESH);
        }
    }

    /** For example, a mapper is missing: neither another refresh nor consent would deliver the role. */
    @Test
    void authorizeWhenANewTokenLacksTheRoleAllTheSameThenNothingIsAskedFor() {
        String known = server.token("alice", "acme");
        pass();
        decide(known, "acme", READ);
        clock.advance(Duration.ofSeconds(5));
        Map<String, Object> claims = server.claims("alice", "acme");
        claims.put("organization", List.of("acme"));
        String token = server.sign(claims);
        clock.advance(Duration.ofSeconds(5));
        Decision decision = decide(token, "acme", READ);
        assertThat(decision.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(decision.advice().remedy()).isEqualTo(Remedy.NONE);
    }

    /** Client scopes are determined at sign-in: a refresh never adds one. */
    @Test
    void authorizeWhenGlobalScopesAreDelegatedThenPromotionsNeedAnotherSignIn() {
        realm().grant("bob", "read:report");
        try (ScopeGuard delegating = guard(GlobalScopes.SCOPE)) {
            String token = delegated("bob", "read:report");
            pass();
            assertThat(global(delegating, token, READ).isGranted()).isTrue();
            realm().grant("bob", "write:report");
            pass();
            assertThat(global(delegating, token, READ).advice().remedy()).isEqualTo(Remedy.RECONSENT);
            assertThat(global(delegating, token, WRITE).advice().remedy()).isEqualTo(Remedy.RECONSENT);
            realm().revoke("bob", "write:report").revoke("bob", "read:report");
            pass();
            Decision demoted = global(delegating, token, READ);
            assertThat(demoted.denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
            assertThat(demoted.advice().remedy()).isEqualTo(Remedy.REFRESH);
        }
    }

    private String delegated(String user, String... scopes) {
        Map<String, Object> claims = server.claims(user);
        claims.put("scope", "openid profile email " + String.join(" ", scopes));
        return server.sign(claims);
    }

    private static Decision global(ScopeGuard guard, String token, ScopeRequirement requirement) {
        return guard.authorize(guard.verify(token), new AccessRequest(RequestedOrganization.NONE, requirement));
    }

    /** Keycloak keeps them apart: a role outside of organizations permits nothing in an organization, and the reverse. */
    @Test
    void authorizeWhenARoleIsHeldElsewhereThenItDoesNotCount() {
        realm().grant("bob", "write:report");
        String token = server.token("bob", "acme");
        pass();
        assertThat(decide(token, "acme", WRITE).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        assertThat(global(guard, token, WRITE).isGranted()).isTrue();
        assertThat(global(guard, token, READ).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }

    @Test
    void authorizeWhenKeycloakIsDownThenTheTokenDecidesAndAKnownLossBinds() {
        String alice = server.token("alice", "acme");
        String bob = server.token("bob", "acme");
        pass();
        decide(bob, "acme", READ);
        realm().leave("acme-id", "acme-members", "bob");
        pass();
        assertThat(decide(bob, "acme", READ).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
        server.server().stubFor(get(urlPathMatching("/admin/.*")).willReturn(serverError()));
        pass();
        assertThat(decide(alice, "acme", WRITE).isGranted()).isTrue();
        assertThat(decide(bob, "acme", READ).denial()).isEqualTo(Denial.INSUFFICIENT_SCOPE);
    }
}
