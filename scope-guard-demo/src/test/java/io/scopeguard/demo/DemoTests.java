package io.scopeguard.demo;

import static io.scopeguard.demo.RunningDemo.json;
import static io.scopeguard.demo.RunningDemo.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** The demo as users start it: the API on one port, the embedded provider on another, and tokens by the protocol alone. */
class DemoTests {

    private static final String RESOURCE = "https://api.example.test";
    private static final String ORGANIZATION_SCOPES = "read:report write:report delete:report invite:member";
    private static final String RESOURCE_SCOPES = "read:document write:document delete:document";

    private static RunningDemo demo;

    @BeforeAll
    static void start() {
        demo = RunningDemo.start("--scope-guard.permissions.max-age=1ms", "--scope-guard.logto.calls-per-second=1000");
    }

    @AfterAll
    static void stop() {
        demo.close();
    }

    @Test
    void postWhenAliceIsAnAdminInAcmeOnlyThenCreatedThereAndForbiddenElsewhere() throws Exception {
        String inAcme = demo.organizationToken("alice", "acme", ORGANIZATION_SCOPES);
        String inGlobex = demo.organizationToken("alice", "globex", ORGANIZATION_SCOPES);

        assertThat(demo.post("/organizations/acme/reports", inAcme, "{\"title\":\"Q3\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(demo.get("/organizations/globex/reports", inGlobex).statusCode())
                .isEqualTo(200);
        assertThat(demo.post("/organizations/globex/reports", inGlobex, "{\"title\":\"Q3\"}")
                        .statusCode())
                .isEqualTo(403);

        HttpResponse<String> elsewhere = demo.post("/organizations/globex/reports", inAcme, "{\"title\":\"Q3\"}");
        assertThat(elsewhere.statusCode()).isEqualTo(403);
        assertThat(json(elsewhere).path("type").asString("")).endsWith("organization-mismatch");
    }

    @Test
    void deleteWhenAReportWasCreatedAndListedThenItIsGone() throws Exception {
        String token = demo.organizationToken("carol", "globex", ORGANIZATION_SCOPES);

        HttpResponse<String> made = demo.post("/organizations/globex/reports", token, "{\"title\":\"Annual\"}");
        long id = json(made).path("id").asLong(0);
        assertThat(demo.get("/organizations/globex/reports", token).body()).contains("Annual");

        String path = "/organizations/globex/reports/" + id;
        assertThat(demo.delete(path, token).statusCode()).isEqualTo(204);
        assertThat(demo.delete(path, token).statusCode()).isEqualTo(404);
    }

    @Test
    void requestWhenTheInputIsInvalidThenTheGuardDecidesBeforeTheHandler() throws Exception {
        String admin = demo.organizationToken("carol", "globex", ORGANIZATION_SCOPES);
        String member = demo.organizationToken("bob", "acme", ORGANIZATION_SCOPES);

        assertThat(demo.post("/organizations/globex/reports", admin, "{bad").statusCode())
                .isEqualTo(400);
        assertThat(demo.post("/organizations/globex/reports", admin, "{}").statusCode())
                .isEqualTo(400);
        assertThat(demo.post("/organizations/globex/invitations", admin, "{\"email\":\"nobody\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(demo.post("/organizations/globex/invitations", admin, "{\"email\":\"dave@example.test\"}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(demo.post("/organizations/acme/reports", member, "{bad").statusCode())
                .isEqualTo(403);
        assertThat(demo.delete("/organizations/acme/reports/not-a-number", member)
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void getDocumentsWhenTheTokenIsOfAnotherKindThenForbidden() throws Exception {
        String ofOrganization =
                demo.token("bob", Map.of("organization_id", "acme", "resource", RESOURCE), RESOURCE_SCOPES);
        String ofNone = demo.token("bob", Map.of("resource", RESOURCE), RESOURCE_SCOPES);

        assertThat(demo.get("/organizations/acme/documents", ofOrganization).statusCode())
                .isEqualTo(200);
        assertThat(demo.get("/organizations/acme/documents", demo.organizationToken("bob", "acme", ORGANIZATION_SCOPES))
                        .statusCode())
                .isEqualTo(403);
        assertThat(demo.get("/documents", ofOrganization).statusCode()).isEqualTo(403);

        // The token carries read:document, but from a role in an organization.
        HttpResponse<String> leaked = demo.get("/documents", ofNone);
        assertThat(leaked.statusCode()).isEqualTo(403);
        assertThat(leaked.headers().firstValue("Scope-Drift")).isEmpty();
    }

    @Test
    void getMeThenShowsTheScopesThatTheGuardFound() throws Exception {
        JsonNode me = json(demo.get("/me", demo.organizationToken("bob", "acme", ORGANIZATION_SCOPES)));

        assertThat(me.path("subject").asString("")).isEqualTo("bob");
        assertThat(me.path("organization").asString("")).isEqualTo("acme");
        assertThat(me.path("token_scopes").toString()).isEqualTo("[\"read:report\"]");
        assertThat(me.path("live_scopes").toString()).isEqualTo("[\"read:report\"]");
        assertThat(me.path("effective_scopes").toString()).isEqualTo("[\"read:report\"]");
        assertThat(me.path("roles").toString()).isEqualTo("[]");
    }

    @Test
    void getWhenThereIsNoTokenThenTheBrowserModuleIsServed() throws Exception {
        HttpResponse<String> module = send(HttpRequest.newBuilder(URI.create(demo.api() + "/client/scope-guard.js")));
        HttpResponse<String> types = send(HttpRequest.newBuilder(URI.create(demo.api() + "/client/scope-guard.d.ts")));

        assertThat(module.statusCode()).isEqualTo(200);
        assertThat(module.headers().firstValue("Content-Type")).contains("text/javascript;charset=UTF-8");
        assertThat(module.body()).contains("export function createScopeGuard");
        assertThat(types.statusCode()).isEqualTo(200);
        assertThat(types.body()).contains("export function createScopeGuard");
    }

    @Test
    void demotionBindsAndSaysRefreshThenPromotionSaysRefresh() throws Exception {
        String before = demo.organizationToken("carol", "globex", ORGANIZATION_SCOPES);
        roles("globex", "carol", "member");
        try {
            HttpResponse<String> refused = demo.post("/organizations/globex/reports", before, "{\"title\":\"x\"}");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("Scope-Drift").orElseThrow())
                    .startsWith("action=refresh, demoted=(\"write:report\" \"delete:report\" \"invite:member\")");

            String after = demo.organizationToken("carol", "globex", ORGANIZATION_SCOPES);
            HttpResponse<String> granted = demo.get("/organizations/globex/reports", after);
            assertThat(granted.statusCode()).isEqualTo(200);
            assertThat(granted.headers().firstValue("Scope-Drift")).isEmpty();

            roles("globex", "carol", "admin");
            HttpResponse<String> promoted = demo.get("/organizations/globex/reports", after);
            assertThat(promoted.headers().firstValue("Scope-Drift").orElseThrow())
                    .startsWith("action=refresh, promoted=(")
                    .contains("\"write:report\"");
        } finally {
            roles("globex", "carol", "admin");
        }
    }

    @Test
    void getWhenTheScopeIsNewThenReconsentAndATokenThatNamesItIsGranted() throws Exception {
        String token = demo.organizationToken("alice", "acme", ORGANIZATION_SCOPES);
        demo.get("/organizations/acme/reports", token);
        String scope = json(demo.management("POST", "/organization-scopes", "{\"name\":\"export:report\"}"))
                .path("id")
                .asString("");
        String admin = adminRole();
        demo.management(
                "POST", "/organization-roles/" + admin + "/scopes", "{\"organizationScopeIds\":[\"" + scope + "\"]}");
        try {
            HttpResponse<String> refused = demo.get("/organizations/acme/reports/export", token);

            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("scope=\"export:report\"");
            assertThat(refused.headers().firstValue("Scope-Drift").orElseThrow())
                    .startsWith("action=reconsent, new=(\"export:report\"), organization=\"acme\"");

            String named =
                    demo.token("alice", Map.of("organization_id", "acme"), ORGANIZATION_SCOPES + " export:report");
            assertThat(demo.get("/organizations/acme/reports/export", named).statusCode())
                    .isEqualTo(200);
        } finally {
            demo.management("DELETE", "/organization-scopes/" + scope, "");
        }
    }

    @Test
    void getWhenTheUserIsSuspendedThenUnauthorized() throws Exception {
        String token = demo.organizationToken("bob", "acme", ORGANIZATION_SCOPES);
        demo.management("PATCH", "/users/bob/is-suspended", "{\"isSuspended\":true}");
        try {
            HttpResponse<String> refused = demo.get("/organizations/acme/reports", token);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("error=\"invalid_token\"");
        } finally {
            demo.management("PATCH", "/users/bob/is-suspended", "{\"isSuspended\":false}");
        }
    }

    @Test
    void requestWhenTheTokenIsOfAnApplicationThenItsOwnRolesCount() throws Exception {
        String inAcme = json(demo.tokenRequest(
                        "demo-agent",
                        Map.of(
                                "grant_type", "client_credentials",
                                "organization_id", "acme",
                                "scope", ORGANIZATION_SCOPES)))
                .path("access_token")
                .asString("");
        String global = json(demo.tokenRequest(
                        "demo-agent",
                        Map.of("grant_type", "client_credentials", "resource", RESOURCE, "scope", RESOURCE_SCOPES)))
                .path("access_token")
                .asString("");

        assertThat(demo.post("/organizations/acme/reports", inAcme, "{\"title\":\"by an agent\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(demo.delete("/organizations/acme/reports/1", inAcme).statusCode())
                .isEqualTo(403);
        assertThat(demo.get("/documents", global).statusCode()).isEqualTo(200);
        assertThat(demo.get("/organizations/acme/reports", global).statusCode()).isEqualTo(403);
    }

    @Test
    void startWhenAllFourSettingsNameAProviderThenItsTokensAreAccepted() throws Exception {
        try (ConfigurableApplicationContext other = new SpringApplicationBuilder(DemoApplication.class)
                .initializers(new EmbeddedProvider())
                .run(
                        "--server.port=0",
                        "--scope-guard.logto.endpoint=" + demo.provider(),
                        "--scope-guard.logto.app-id=demo-m2m",
                        "--scope-guard.logto.app-secret=demo-m2m-secret",
                        "--scope-guard.resources=" + RESOURCE,
                        "--scope-guard.logto.timeout=30s")) {
            String port = other.getEnvironment().getProperty("local.server.port");
            HttpResponse<String> response = send(HttpRequest.newBuilder(
                            URI.create("http://localhost:" + port + "/organizations/acme/reports"))
                    .header("Authorization", "Bearer " + demo.organizationToken("bob", "acme", ORGANIZATION_SCOPES))
                    .GET());

            assertThat(response.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void startWhenOneOfTheSettingsIsMissingThenItIsNamed() {
        SpringApplicationBuilder application =
                new SpringApplicationBuilder(DemoApplication.class).initializers(new EmbeddedProvider());

        assertThatThrownBy(() -> application.run("--server.port=0", "--scope-guard.logto.endpoint=" + demo.provider()))
                .rootCause()
                .hasMessageStartingWith("scope-guard.logto.app-id is not set");
    }

    private static void roles(String organization, String user, String role) throws Exception {
        demo.management(
                "PUT",
                "/organizations/" + organization + "/users/" + user + "/roles",
                "{\"organizationRoleNames\":[\"" + role + "\"]}");
    }

    private static String adminRole() throws Exception {
        for (JsonNode role : json(demo.management("GET", "/organization-roles", ""))) {
            if (role.path("name").asString("").equals("admin")) {
                return role.path("id").asString("");
            }
        }
        throw new AssertionError("the tenant has an admin role");
    }
}
