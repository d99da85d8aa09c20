package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.scope.Audience;
import io.scopeguard.scope.WhenUnknown;
import io.scopeguard.spring.PublicEndpoint;
import io.scopeguard.spring.RequiresRole;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.actuate.RevocationAudit;
import io.scopeguard.spring.actuate.ScopeGuardEndpoint;
import io.scopeguard.spring.support.QuickStart;
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.FakeKeycloak;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.security.AuthorizationAuditListener;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The view of operators: probes, health, the state of the guard, and the reasons for denials. */
class OperatorTests {

    /** The time of issue of the tokens that queries describe. */
    private static final Instant ISSUED = Instant.parse("2026-11-21T11:00:00Z");

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        // Created after the tokens were issued, and before the application started.
        tenant.addResourceScope("share:document", ISSUED.plusSeconds(1800));
        tenant.addOrganizationScope("archive:report");
        api = RunningApi.start(
                tenant,
                clock,
                List.of(
                        "management.server.port", "0",
                        "management.endpoints.web.exposure.include", "health,info,scopeguard",
                        "management.endpoint.health.probes.enabled", "true",
                        "management.endpoint.health.show-details", "always",
                        "scope-guard.clients.batch.non-interactive", "true",
                        "scope-guard.clients.auditor.watch", "all",
                        "scope-guard.permissions.max-wait", "60s"),
                Api.class,
                Audited.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    private static RunningApi operators() {
        return operators(api);
    }

    private static RunningApi operators(RunningApi of) {
        String port = of.bean(Environment.class).getProperty("local.management.port", "");
        return of.onPort(Integer.parseInt(port));
    }

    private static JsonNode json(Reply reply) {
        return JsonMapper.builder().build().readTree(reply.body());
    }

    private String token(String... scopes) {
        return tenant.organizationToken(acme, user, scopes).signed();
    }

    private int delete(String token) {
        return api.send("DELETE", "/organizations/" + acme + "/reports", null, "Authorization", "Bearer " + token)
                .status();
    }

    private JsonNode explained(String query) {
        return explained(api, user, query);
    }

    private JsonNode explained(RunningApi of, String subject, String query) {
        Reply reply = operators(of).get("/actuator/scopeguard/" + subject + "?organization=" + acme + query, token());
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return json(reply);
    }

    /** Outside of organizations. */
    private JsonNode explainedOutside(String query) {
        Reply reply =
                operators().get("/actuator/scopeguard/" + user + "?audience=" + TenantServer.RESOURCE + query, token());
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        return json(reply);
    }

    private static String remedy(JsonNode explained) {
        return explained.path("remedy").asString();
    }

    private static String issued(TestToken token) {
        return token.with("iat", ISSUED.getEpochSecond())
                .with("exp", clock.instant().plusSeconds(600).getEpochSecond())
                .signed();
    }

    /** The remedy in the response to a client. */
    private static String told(String path, String token) {
        String hint = api.get(path, token).header("Scope-Drift");
        return hint.isEmpty() ? "none" : hint.replaceFirst("^action=([a-z]+).*", "$1");
    }

    private static JsonNode decision(JsonNode explanation, String method) {
        for (JsonNode handler : explanation.path("handlers")) {
            if (handler.path("handler").asString().contains("#" + method + "[")) {
                return handler;
            }
        }
        throw new AssertionError("no handler " + method + " in " + explanation);
    }

    @Test
    void probesThenOpenWithoutConfiguration() {
        for (String path : List.of("", "/liveness", "/readiness")) {
            assertThat(operators().getAsStranger("/actuator/health" + path).status())
                    .as(path)
                    .isEqualTo(200);
        }
        assertThat(operators().getAsStranger("/actuator/info").status()).isEqualTo(401);
        assertThat(operators().getAsStranger("/actuator/scopeguard").status()).isEqualTo(401);
    }

    @Test
    void providerInTroubleThenDegradedAndStillUp() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        assertThat(api.get("/organizations/" + acme + "/reports", token("read:report"))
                        .status())
                .isEqualTo(200);
        JsonNode well = json(operators().getAsStranger("/actuator/health"));
        assertThat(well.path("components").path("scopeGuard").path("status").asString())
                .isEqualTo("UP");

        tenant.failReads(503);
        clock.advance(Duration.ofMinutes(1));
        api.get("/organizations/" + acme + "/reports", token("read:report"));
        JsonNode ill = json(operators().getAsStranger("/actuator/health"));
        tenant.recover();

        assertThat(ill.path("status").asString()).isEqualTo("UP");
        JsonNode component = ill.path("components").path("scopeGuard");
        assertThat(component.path("status").asString()).isEqualTo("DEGRADED");
        assertThat(component.path("details").path("logto").path("calls").asString())
                .isEqualTo("server_error");
        assertThat(component.path("details").path("logto").path("callsAge").asString())
                .isEqualTo("PT1M");
        assertThat(component.path("details").path("permissionsMaximumAge").asString())
                .startsWith("PT");
    }

    @Test
    void stateThenModeProvidersAndHandlers() {
        JsonNode state = json(operators().get("/actuator/scopeguard", token()));

        assertThat(state.path("mode").asString()).isEqualTo("enforce");
        assertThat(state.path("providers").path(0).path("name").asString()).isEqualTo("logto");
        assertThat(state.path("providers").path(0).path("circuit").asString()).isNotEmpty();
        JsonNode delete = decision(state, "delete").path("requires");
        assertThat(delete.path("scopes").path(0).asString()).isEqualTo("delete:report");
        assertThat(delete.path("maxAge").asString()).isEqualTo("PT0S");
        assertThat(decision(state, "open").path("requires").path("access").asString())
                .isEqualTo("open");
        assertThat(decision(state, "any").path("requires").path("access").asString())
                .isEqualTo("undeclared");
        assertThat(state.toString()).doesNotContain(TenantServer.APP_SECRET);
    }

    @Test
    void explainThenWhatEachHandlerDecidesAndWhy() {
        tenant.join(acme, user, "read:report", "invite:member");
        clock.advance(Duration.ofMinutes(1));

        JsonNode explained = explained("&scopes=read:report,delete:report&issuedAt=2026-11-21T11:00:00Z");

        assertThat(explained.path("standing").asString()).isEqualTo("active");
        assertThat(explained.path("effective").toString()).isEqualTo("[\"read:report\"]");
        assertThat(explained.path("demoted").toString()).isEqualTo("[\"delete:report\"]");
        assertThat(explained.path("promoted").toString()).isEqualTo("[\"invite:member\"]");
        assertThat(explained.path("remedy").asString()).isEqualTo("refresh");
        assertThat(decision(explained, "reports").path("decision").asString()).isEqualTo("granted");
        assertThat(decision(explained, "delete").path("decision").asString()).isEqualTo("insufficient_scope");
        assertThat(decision(explained, "delete").path("why").asString()).isEqualTo("no longer held: delete:report");
        assertThat(decision(explained, "invite").path("why").asString()).isEqualTo("not carried: invite:member");
        assertThat(decision(explained, "paid").path("decision").asString()).isEqualTo("insufficient_role");
        assertThat(decision(explained, "open").path("decision").asString()).isEqualTo("granted");
        assertDecidesAsExplained(explained, "read:report", "delete:report");

        assertThat(api.get("/organizations/" + acme + "/reports", token("read:report", "delete:report"))
                        .status())
                .isEqualTo(200);
        assertThat(delete(token("delete:report"))).isEqualTo(403);
    }

    @Test
    void strangerThenNotAMember() {
        JsonNode explained = explained("");
        assertThat(explained.path("standing").asString()).isEqualTo("not_a_member");
        assertThat(decision(explained, "reports").path("decision").asString()).isEqualTo("not_a_member");
        assertThat(decision(explained, "any").path("decision").asString()).isEqualTo("granted");
        assertDecidesAsExplained(explained, "read:report");
    }

    @Test
    void createdScopeThenNewAndConsentIsTheRemedy() {
        tenant.join(acme, user, "read:report", "write:report");
        IdentityProvider provider = api.bean(IdentityProvider.class);
        provider.catalogue()
                .created(
                        Audience.ORGANIZATION,
                        "write:report",
                        provider.clock().steady().nanos());

        JsonNode explained = explained("&scopes=read:report&issuedAt=2026-11-21T11:00:00Z");

        assertThat(explained.path("introduced").toString()).isEqualTo("[\"write:report\"]");
        assertThat(explained.path("promoted").toString()).isEqualTo("[]");
        assertThat(explained.path("remedy").asString()).isEqualTo("reconsent");
    }

    @Test
    void explainWhenNobodyUsesTheClientThenNeverConsentAndNoHintForGrants() {
        tenant.join(acme, user, "read:report", "invite:member");
        clock.advance(Duration.ofMinutes(1));
        String query = "&scopes=read:report&issuedAt=" + ISSUED + "&client=";
        String reports = "/organizations/" + acme + "/reports";
        String invitations = "/organizations/" + acme + "/invitations";
        TestToken token = tenant.organizationToken(acme, user, "read:report");

        JsonNode explained = explained(query + "batch");
        assertThat(remedy(explained)).isEqualTo("none");
        assertThat(remedy(decision(explained, "reports"))).isEqualTo("none");
        assertThat(remedy(decision(explained, "invite"))).isEqualTo("refresh");
        assertThat(told(reports, issued(token.with("client_id", "batch")))).isEqualTo("none");
        assertThat(told(invitations, issued(token.with("client_id", "batch")))).isEqualTo("refresh");

        assertThat(remedy(explained(query + "other"))).isEqualTo("refresh");
        assertThat(told(reports, issued(token))).isEqualTo("refresh");

        IdentityProvider provider = api.bean(IdentityProvider.class);
        provider.catalogue()
                .created(
                        Audience.ORGANIZATION,
                        "invite:member",
                        provider.clock().steady().nanos());
        assertThat(remedy(decision(explained(query + "other"), "invite"))).isEqualTo("reconsent");
        assertThat(remedy(decision(explained(query + "batch"), "invite"))).isEqualTo("refresh");
    }

    @Test
    void explainWhenTheClientWatchesAllScopesThenAlsoThoseThatNoHandlerRequires() {
        tenant.join(acme, user, "read:report", "archive:report");
        clock.advance(Duration.ofMinutes(1));
        String query = "&scopes=read:report&issuedAt=" + ISSUED + "&client=";

        assertThat(explained(query + "auditor").path("promoted").toString()).isEqualTo("[\"archive:report\"]");
        assertThat(explained(query + "other").path("promoted").toString()).isEqualTo("[]");
    }

    /** At Logto, a refresh never delivers a scope to a token for a resource outside of organizations. */
    @Test
    void explainWhenARefreshDeliversNothingThenConsent() {
        tenant.grant(user, "read:document", "write:document");
        clock.advance(Duration.ofMinutes(1));
        TestToken token = tenant.resourceToken(user, "read:document");

        JsonNode explained = explainedOutside("&scopes=read:document&issuedAt=" + ISSUED);

        assertThat(explained.path("promoted").toString()).isEqualTo("[\"write:document\"]");
        assertThat(remedy(explained)).isEqualTo("none");
        assertThat(told("/documents", issued(token))).isEqualTo("none");
        assertThat(remedy(decision(explained, "edit"))).isEqualTo("reconsent");
        assertThat(told("/documents/edit", issued(token))).isEqualTo("reconsent");
    }

    /** A scope whose creation nobody saw is new only for the request that requires it. */
    @Test
    void explainWhenOnlyTheProviderDatesTheScopeThenPromotedUnlessRequired() {
        tenant.join(acme, user, "read:document", "share:document");
        clock.advance(Duration.ofMinutes(1));
        String shared = "/organizations/" + acme + "/shared";

        JsonNode explained =
                explained("&scopes=read:document&issuedAt=" + ISSUED + "&audience=" + TenantServer.RESOURCE);

        assertThat(explained.path("promoted").toString()).isEqualTo("[\"share:document\"]");
        assertThat(explained.path("introduced").toString()).isEqualTo("[]");
        assertThat(remedy(explained)).isEqualTo("refresh");
        assertThat(remedy(decision(explained, "share"))).isEqualTo("reconsent");
        assertThat(told(shared, issued(tenant.organizationResourceToken(acme, user, "read:document"))))
                .isEqualTo("reconsent");
    }

    @Test
    void explainWhenTheTokenCarriesRolesThenOnlyTheseCount() {
        tenant.join(acme, user, "read:report");
        tenant.assign(user, "paid-tier");
        clock.advance(Duration.ofMinutes(1));
        String paid = "/organizations/" + acme + "/paid";
        TestToken token = tenant.organizationToken(acme, user, "read:report");

        JsonNode without = explained("");
        assertThat(without.path("liveRoles").toString()).isEqualTo("[\"paid-tier\"]");
        assertThat(decision(without, "paid").path("decision").asString()).isEqualTo("granted");
        assertThat(api.get(paid, issued(token)).status()).isEqualTo(200);

        JsonNode other = explained("&globalRoles=trial&issuedAt=" + ISSUED);
        assertThat(decision(other, "paid").path("decision").asString()).isEqualTo("insufficient_role");
        assertThat(decision(other, "paid").path("why").asString()).isEqualTo("not carried: one or all of [paid-tier]");
        assertThat(remedy(decision(other, "paid"))).isEqualTo("refresh");
        String ofOther = issued(token.with("roles", List.of("trial")));
        assertThat(api.get(paid, ofOther).status()).isEqualTo(403);
        assertThat(told(paid, ofOther)).isEqualTo("refresh");

        JsonNode same = explained("&globalRoles=paid-tier");
        assertThat(decision(same, "paid").path("decision").asString()).isEqualTo("granted");
        assertThat(api.get(paid, issued(token.with("roles", List.of("paid-tier"))))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void unknownPermissionsThenPolicyOfEachHandler() {
        tenant.failReads(503);
        clock.advance(Duration.ofMinutes(1));
        JsonNode explained = explained("&scopes=read:report,delete:report");

        assertThat(explained.path("standing").asString()).isEqualTo("unknown");
        assertThat(decision(explained, "reports").path("decision").asString()).isEqualTo("granted");
        assertThat(decision(explained, "delete").path("decision").asString()).isEqualTo("permissions_unavailable");
        assertThat(decision(explained, "paid").path("decision").asString()).isEqualTo("permissions_unavailable");
        assertDecidesAsExplained(explained, "read:report", "delete:report");
        tenant.recover();
    }

    private void assertDecidesAsExplained(JsonNode explained, String... scopes) {
        assertDecidesAsExplained(api, explained, token(scopes));
    }

    private void assertDecidesAsExplained(RunningApi of, JsonNode explained, String token) {
        for (JsonNode handler : explained.path("handlers")) {
            String path = handler.path("paths").path(0).asString().replace("{organizationId}", acme);
            String method = handler.path("methods").path(0).asString();
            boolean isGranted = handler.path("decision").asString().equals("granted");
            Reply reply = of.send(method, path, null, "Authorization", "Bearer " + token);
            assertThat(reply.status() == 200).as(handler.toString() + reply).isEqualTo(isGranted);
        }
    }

    /** One handler requires permissions that are read for its request; the others accept permissions that are half a minute old. */
    @Test
    void handlerWithAnAgeOfItsOwnThenExplainedByIt() {
        tenant.join(acme, user, "read:report", "delete:report");
        clock.advance(Duration.ofMinutes(1));
        explained("");
        tenant.join(acme, user);

        JsonNode explained = explained("&scopes=read:report,delete:report");

        assertThat(decision(explained, "reports").path("decision").asString()).isEqualTo("granted");
        assertThat(decision(explained, "delete").path("why").asString()).isEqualTo("no longer held: delete:report");
        assertThat(delete(token("delete:report"))).isEqualTo(403);
    }

    @Test
    void handlerWithAnAgeOfItsOwnWhenTheProviderFailsThenItsPolicy() {
        tenant.join(acme, user, "read:report", "delete:report");
        clock.advance(Duration.ofMinutes(1));
        explained("");
        tenant.failReads(503);
        JsonNode explained = explained("&scopes=read:report,delete:report");
        tenant.recover();

        assertThat(decision(explained, "reports").path("why").asString()).isEqualTo("carried and held");
        assertThat(decision(explained, "delete").path("decision").asString()).isEqualTo("permissions_unavailable");
    }

    @Test
    void explainWhenTimePassesThenTheAgeOfThePermissions() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        assertThat(explained("").path("age").asString()).isEqualTo("PT0S");
        clock.advance(Duration.ofSeconds(7));
        assertThat(explained("").path("age").asString()).isEqualTo("PT7S");
    }

    /** An application that acts on its own behalf is a member by its own id. */
    @Test
    void explainWhenTheClientIsTheSubjectThenThoseOfTheApplication() {
        String application = tenant.newApplication();
        tenant.join(acme, application, "read:report");
        clock.advance(Duration.ofMinutes(1));

        JsonNode explained = explained(api, application, "&client=" + application);
        assertThat(explained.path("standing").asString()).isEqualTo("active");
        assertThat(explained.path("live").toString()).isEqualTo("[\"read:report\"]");
        assertThat(decision(explained, "reports").path("decision").asString()).isEqualTo("granted");
        JsonNode asUser = explained(api, application, "&client=other");
        assertThat(asUser.path("standing").asString()).isNotEqualTo("active");
        assertThat(asUser.path("live").toString()).isEqualTo("[]");
    }

    @Test
    void explainWhenAnAudienceIsNamedThenItsScopesAndTheOtherKindOfToken() {
        tenant.join(acme, user, "read:report");
        tenant.grant(user, "read:document");
        clock.advance(Duration.ofMinutes(1));

        JsonNode explained = explained("&audience=" + TenantServer.RESOURCE);

        assertThat(explained.path("live").toString()).isEqualTo("[\"read:document\"]");
        assertThat(decision(explained, "reports").path("decision").asString()).isEqualTo("wrong_token_kind");
        assertThat(explained("").path("live").toString()).isEqualTo("[\"read:report\"]");
    }

    @Test
    void explainWhenAProviderIsNamedThenItsView() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        try (FakeKeycloak keycloak = FakeKeycloak.recorded(clock);
                RunningApi two = RunningApi.start(
                        tenant,
                        clock,
                        List.of(
                                "management.server.port", "0",
                                "management.endpoints.web.exposure.include", "scopeguard",
                                "scope-guard.permissions.max-wait", "60s",
                                "scope-guard.organization.providers.logto", acme,
                                "scope-guard.organization.providers.keycloak", "*",
                                "scope-guard.keycloak.issuer", keycloak.issuer().toString(),
                                "scope-guard.keycloak.client-id", FakeKeycloak.CLIENT_ID,
                                "scope-guard.keycloak.client-secret", FakeKeycloak.CLIENT_SECRET,
                                "scope-guard.keycloak.api-client", FakeKeycloak.API_CLIENT,
                                "scope-guard.keycloak.calls-per-second", "1000",
                                "scope-guard.keycloak.timeout", "30s",
                                "scope-guard.keycloak.admin-events", "false"),
                        Api.class)) {
            JsonNode atLogto = explained(two, user, "&provider=logto");
            assertThat(atLogto.path("provider").asString()).isEqualTo("logto");
            assertThat(atLogto.path("standing").asString()).isEqualTo("active");
            JsonNode atKeycloak = explained(two, user, "&provider=keycloak");
            assertThat(atKeycloak.path("provider").asString()).isEqualTo("keycloak");
            assertThat(atKeycloak.path("standing").asString()).isNotEqualTo("active");
            assertThat(decision(atKeycloak, "any").path("decision").asString()).isEqualTo("organization_mismatch");

            assertThat(explained(two, user, "").path("provider").asString()).isEqualTo("logto");
            Reply elsewhere = operators(two).get("/actuator/scopeguard/" + user + "?organization=globex", token());
            assertThat(json(elsewhere).path("provider").asString()).isEqualTo("keycloak");
            Reply outside = operators(two).get("/actuator/scopeguard/" + user, token());
            assertThat(decision(json(outside), "documents").path("decision").asString())
                    .isEqualTo("organization_mismatch");
        }
    }

    @Test
    void explainWhenTheAudienceIsNoneThenBadRequest() {
        assertThat(operators()
                        .get("/actuator/scopeguard/" + user + "?audience=orders", token())
                        .status())
                .isEqualTo(400);
    }

    @Test
    void explainWhenTheProviderIsUnknownThenBadRequest() {
        assertThat(operators()
                        .get("/actuator/scopeguard/" + user + "?provider=other", token())
                        .status())
                .isEqualTo(400);
    }

    @Test
    void explainWhenTheModeIsObserveThenNothingIsDeniedBecauseOfLivePermissions() {
        tenant.join(acme, user);
        clock.advance(Duration.ofMinutes(1));
        try (RunningApi observing = RunningApi.start(
                tenant,
                clock,
                List.of(
                        "management.server.port", "0",
                        "management.endpoints.web.exposure.include", "scopeguard",
                        "scope-guard.mode", "observe",
                        "scope-guard.permissions.max-wait", "60s"),
                Api.class)) {
            JsonNode state = json(operators(observing).get("/actuator/scopeguard", token()));
            assertThat(state.path("mode").asString()).isEqualTo("observe");
            JsonNode explained = explained(observing, user, "&scopes=read:report");
            assertThat(explained.path("demoted").toString()).isEqualTo("[\"read:report\"]");
            assertThat(explained.path("effective").toString()).isEqualTo("[\"read:report\"]");
            assertThat(decision(explained, "reports").path("decision").asString())
                    .isEqualTo("granted");
            assertThat(decision(explained, "invite").path("why").asString()).isEqualTo("not carried: invite:member");
            assertThat(observing
                            .get("/organizations/" + acme + "/reports", token("read:report"))
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void evictedEverythingThenEverybodyReadAgain() {
        String other = tenant.newUser();
        tenant.join(acme, user, "read:report");
        tenant.join(acme, other, "read:report");
        clock.advance(Duration.ofMinutes(1));
        for (String each : List.of(user, other)) {
            assertThat(explained(api, each, "").path("live").toString()).isEqualTo("[\"read:report\"]");
            tenant.join(acme, each, "read:report", "invite:member");
            assertThat(explained(api, each, "").path("live").toString()).isEqualTo("[\"read:report\"]");
        }

        Reply evicted = operators().send("DELETE", "/actuator/scopeguard", null, "Authorization", "Bearer " + token());

        assertThat(evicted.status()).isEqualTo(204);
        for (String each : List.of(user, other)) {
            assertThat(explained(api, each, "").path("live").toString()).contains("invite:member");
        }
    }

    @Test
    void evictedSubjectThenReadAgain() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        assertThat(explained("").path("live").toString()).isEqualTo("[\"read:report\"]");
        tenant.join(acme, user, "read:report", "invite:member");
        assertThat(explained("").path("live").toString()).isEqualTo("[\"read:report\"]");

        Reply evicted =
                operators().send("DELETE", "/actuator/scopeguard/" + user, null, "Authorization", "Bearer " + token());

        assertThat(evicted.status()).isEqualTo(204);
        assertThat(explained("").path("live").toString()).contains("invite:member");
    }

    @Test
    void denialThenAuditedByTheActuator() {
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        String path = "/organizations/" + acme + "/invitations";
        assertThat(api.get(path, token("read:report")).status()).isEqualTo(403);
        assertThat(api.get("/organizations/" + acme + "/reports", token("read:report"))
                        .status())
                .isEqualTo(200);

        List<AuditEvent> events =
                api.bean(AuditEventRepository.class).find(user, null, AuthorizationAuditListener.AUTHORIZATION_FAILURE);

        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.getData())
                        .containsEntry("reason", "insufficient_scope")
                        .containsEntry("organization", acme)
                        .containsKey("client")
                        .doesNotContainKey("actor"))
                .satisfies(event -> assertThat(event.getData().toString()).doesNotContain(token("read:report")));
    }

    @Test
    void revocationThenAuditedAsRevocation() {
        tenant.join(acme, user, "read:report", "invite:member");
        clock.advance(Duration.ofMinutes(1));
        String token = tenant.organizationToken(acme, user, "read:report", "invite:member")
                .with("act", Map.of("sub", "agent"))
                .signed();
        String path = "/organizations/" + acme + "/invitations";
        assertThat(api.get(path, token).status()).isEqualTo(200);
        api.get("/organizations/" + acme + "/drafts", token);
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(6));
        assertThat(api.get(path, token).status()).isEqualTo(403);

        List<AuditEvent> events =
                api.bean(AuditEventRepository.class).find(user, null, RevocationAudit.PERMISSION_REVOKED);
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.getData())
                        .containsEntry("reason", "insufficient_scope")
                        .containsEntry("organization", acme)
                        .containsEntry("actor", "agent")
                        .containsEntry("scopes", List.of("invite:member")));
    }

    @Test
    void revocationOfARoleThenAuditedAsRevocation() {
        tenant.join(acme, user, "read:report");
        tenant.assign(user, "paid-tier");
        clock.advance(Duration.ofMinutes(1));
        TestToken token = tenant.organizationToken(acme, user);
        String carried = token.with("roles", List.of("paid-tier")).signed();
        String path = "/organizations/" + acme + "/paid";
        assertThat(api.get(path, carried).status()).isEqualTo(200);
        tenant.assign(user);
        int status = 200;
        // A loss is believed after a second look.
        for (int i = 0; i < 10 && status == 200; i++) {
            clock.advance(Duration.ofMinutes(1));
            status = api.get(path, carried).status();
        }
        assertThat(status).isEqualTo(403);
        assertThat(api.get(path, token.with("roles", List.of("trial")).signed()).status())
                .isEqualTo(403);
        assertThat(api.get(path, token.signed()).status()).isEqualTo(403);

        List<AuditEvent> events =
                api.bean(AuditEventRepository.class).find(user, null, RevocationAudit.PERMISSION_REVOKED);
        assertThat(events)
                .singleElement()
                .satisfies(event -> assertThat(event.getData())
                        .containsEntry("reason", "insufficient_role")
                        .containsEntry("organization", acme)
                        .containsEntry("roles", List.of("paid-tier"))
                        .doesNotContainKey("scopes"));
    }

    @ParameterizedTest
    @CsvSource({"true, true", "false, false"})
    void auditSwitchedOffThenNoBean(boolean enabled, boolean isThere) {
        contexts()
                .withUserConfiguration(enabled ? Audited.class : NotAudited.class)
                .run(context -> assertThat(context.getBeanNamesForType(RevocationAudit.class))
                        .hasSize(isThere ? 1 : 0));
    }

    /** Spring MVC observes the requests, and Spring Boot adds the guard's filter to the registry. */
    @Test
    void observedRequestThenDecisionInItsTags() {
        tenant.join(acme, user, "read:report", "invite:member");
        clock.advance(Duration.ofMinutes(1));
        String reports = "/organizations/" + acme + "/reports";
        api.get(reports, token("read:report"));
        api.get(reports, token());
        api.getAsStranger(reports);
        api.getAsStranger("/open");

        String uri = "/organizations/{organizationId}/reports";
        observed(uri, "granted", "none", "promoted");
        observed(uri, "denied", "insufficient_scope", "promoted");
        observed(uri, "denied", "missing_token", "none");
        observed("/open", "none", "none", "none");
    }

    private static void observed(String uri, String outcome, String reason, String drift) {
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(api.bean(MeterRegistry.class)
                                .find("http.server.requests")
                                .tags("uri", uri)
                                .tags("scopeguard.outcome", outcome)
                                .tags("scopeguard.reason", reason)
                                .tags("scopeguard.drift", drift)
                                .timers())
                        .isNotEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "management.endpoint.scopeguard.access=NONE, false, true",
        "management.health.scopeGuard.enabled=false, true, false"
    })
    void switchedOffThenNoBean(String property, boolean hasEndpoint, boolean hasHealth) {
        contexts()
                .withPropertyValues("management.endpoints.web.exposure.include=scopeguard", property)
                .run(context -> {
                    assertThat(context.containsBean("scopeGuardEndpoint")).isEqualTo(hasEndpoint);
                    assertThat(context.containsBean("scopeGuardHealthIndicator"))
                            .isEqualTo(hasHealth);
                });
    }

    @Test
    void nothingSaidThenOffTheWeb() {
        contexts()
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .doesNotHaveBean(ScopeGuardEndpoint.class)
                        .hasSingleBean(IdentityProvider.class)
                        .hasBean("scopeGuardHealthIndicator"));
    }

    private static WebApplicationContextRunner contexts() {
        return new WebApplicationContextRunner()
                .withInitializer(new QuickStart())
                .withUserConfiguration(Api.class)
                .withPropertyValues(tenant.properties().entrySet().stream()
                        .map(property -> property.getKey() + "=" + property.getValue())
                        .toArray(String[]::new));
    }

    @Configuration(proxyBeanMethods = false)
    static class NotAudited {}

    @Configuration(proxyBeanMethods = false)
    static class Audited {

        @Bean
        AuditEventRepository audited() {
            return new InMemoryAuditEventRepository();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Api {

        @RestController
        static class Reports {

            @GetMapping("/organizations/{organizationId}/reports")
            @RequiresScopes("read:report")
            String reports() {
                return "reports";
            }

            @DeleteMapping("/organizations/{organizationId}/reports")
            @RequiresScopes(value = "delete:report", maxAge = "0s", whenUnknown = WhenUnknown.DENY)
            String delete() {
                return "deleted";
            }

            @GetMapping("/organizations/{organizationId}/invitations")
            @RequiresScopes("invite:member")
            String invite() {
                return "invited";
            }

            @GetMapping("/organizations/{organizationId}/drafts")
            @RequiresScopes("write:report")
            String drafts() {
                return "drafts";
            }

            @GetMapping("/organizations/{organizationId}/paid")
            @RequiresRole("paid-tier")
            String paid() {
                return "paid";
            }

            @GetMapping("/organizations/{organizationId}/shared")
            @RequiresScopes(value = "share:document", audience = TenantServer.RESOURCE)
            String share() {
                return "shared";
            }

            @GetMapping("/documents")
            @RequiresScopes(value = "read:document", audience = TenantServer.RESOURCE)
            String documents() {
                return "documents";
            }

            @GetMapping("/documents/edit")
            @RequiresScopes(value = "write:document", audience = TenantServer.RESOURCE)
            String edit() {
                return "edited";
            }

            @GetMapping("/any")
            String any() {
                return "any";
            }

            @PublicEndpoint
            @GetMapping("/open")
            String open() {
                return "open";
            }
        }
    }
}
