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
import io.scopeguard.spring.support.Reply;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.time.Duration;
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

/** What operators see: probes, health, the state of the guard, and why a request is denied. */
class OperatorTests {

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant,
                clock,
                List.of(
                        "management.server.port", "0",
                        "management.endpoints.web.exposure.include", "health,info,scopeguard",
                        "management.endpoint.health.probes.enabled", "true",
                        "management.endpoint.health.show-details", "always",
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
        String port = api.bean(Environment.class).getProperty("local.management.port", "");
        return api.onPort(Integer.parseInt(port));
    }

    private static JsonNode json(Reply reply) {
        return JsonMapper.builder().build().readTree(reply.body());
    }

    private String token(String... scopes) {
        return tenant.organizationToken(acme, user, scopes).signed();
    }

    private JsonNode explained(String query) {
        return json(operators().get("/actuator/scopeguard/" + user + "?organization=" + acme + query, token()));
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

        tenant.troubleApi(503);
        clock.advance(Duration.ofMinutes(1));
        api.get("/organizations/" + acme + "/reports", token("read:report"));
        JsonNode ill = json(operators().getAsStranger("/actuator/health"));
        tenant.troubleApi(0);

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
        assertThat(api.send(
                                "DELETE",
                                "/organizations/" + acme + "/reports",
                                null,
                                "Authorization",
                                "Bearer " + token("delete:report"))
                        .status())
                .isEqualTo(403);
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
    void unknownPermissionsThenPolicyOfEachHandler() {
        tenant.troubleApi(503);
        clock.advance(Duration.ofMinutes(1));
        JsonNode explained = explained("&scopes=read:report,delete:report");

        assertThat(explained.path("standing").asString()).isEqualTo("unknown");
        assertThat(decision(explained, "reports").path("decision").asString()).isEqualTo("granted");
        assertThat(decision(explained, "delete").path("decision").asString()).isEqualTo("permissions_unavailable");
        assertThat(decision(explained, "paid").path("decision").asString()).isEqualTo("permissions_unavailable");
        assertDecidesAsExplained(explained, "read:report", "delete:report");
        tenant.troubleApi(0);
    }

    private void assertDecidesAsExplained(JsonNode explained, String... scopes) {
        for (JsonNode handler : explained.path("handlers")) {
            String path = handler.path("paths").path(0).asString().replace("{organizationId}", acme);
            String method = handler.path("methods").path(0).asString();
            boolean isGranted = handler.path("decision").asString().equals("granted");
            Reply reply = api.send(method, path, null, "Authorization", "Bearer " + token(scopes));
            assertThat(reply.status() == 200).as(handler.toString() + reply).isEqualTo(isGranted);
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
