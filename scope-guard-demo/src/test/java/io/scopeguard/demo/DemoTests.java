package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The demo as its user meets it: the API on one port, the embedded provider on another, tokens by the protocol alone. */
class DemoTests {

    private static final String RESOURCE = "https://api.example.test";
    private static final String ORGANIZATION_SCOPES = "read:report write:report delete:report invite:member";
    private static final String RESOURCE_SCOPES = "read:document write:document delete:document";

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static ConfigurableApplicationContext application;
    private static String api;
    private static String provider;

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(DemoApplication.class)
                .initializers(new EmbeddedProvider())
                .run(
                        "--server.port=0",
                        "--demo.provider.port=0",
                        "--scope-guard.permissions.max-age=1ms",
                        "--scope-guard.logto.calls-per-second=1000",
                        "--scope-guard.logto.timeout=30s",
                        "--scope-guard.permissions.max-wait=60s");
        api = "http://localhost:" + application.getEnvironment().getProperty("local.server.port");
        provider = application.getEnvironment().getProperty("scope-guard.logto.endpoint");
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void aliceIsAnAdminInAcmeOnly() throws Exception {
        String inAcme = organizationToken("alice", "acme");
        String inGlobex = organizationToken("alice", "globex");

        assertThat(post("/organizations/acme/reports", inAcme, "{\"title\":\"Q3\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(get("/organizations/globex/reports", inGlobex).statusCode()).isEqualTo(200);
        assertThat(post("/organizations/globex/reports", inGlobex, "{\"title\":\"Q3\"}")
                        .statusCode())
                .isEqualTo(403);

        HttpResponse<String> elsewhere = post("/organizations/globex/reports", inAcme, "{\"title\":\"Q3\"}");
        assertThat(elsewhere.statusCode()).isEqualTo(403);
        assertThat(json(elsewhere).path("type").asString("")).endsWith("organization-mismatch");
    }

    @Test
    void reportsAreMadeListedExportedAndDeleted() throws Exception {
        String token = organizationToken("carol", "globex");

        HttpResponse<String> made = post("/organizations/globex/reports", token, "{\"title\":\"Annual\"}");
        long id = json(made).path("id").asLong(0);
        assertThat(get("/organizations/globex/reports", token).body()).contains("Annual");

        String path = "/organizations/globex/reports/" + id;
        assertThat(delete(path, token).statusCode()).isEqualTo(204);
        assertThat(delete(path, token).statusCode()).isEqualTo(404);
    }

    @Test
    void badInputIsRefusedByTheHandlerOnlyAfterTheGuard() throws Exception {
        String admin = organizationToken("carol", "globex");
        String member = organizationToken("bob", "acme");

        assertThat(post("/organizations/globex/reports", admin, "{bad").statusCode())
                .isEqualTo(400);
        assertThat(post("/organizations/globex/reports", admin, "{}").statusCode())
                .isEqualTo(400);
        assertThat(post("/organizations/globex/invitations", admin, "{\"email\":\"nobody\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("/organizations/globex/invitations", admin, "{\"email\":\"dave@example.test\"}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(post("/organizations/acme/reports", member, "{bad").statusCode())
                .isEqualTo(403);
        assertThat(delete("/organizations/acme/reports/not-a-number", member).statusCode())
                .isEqualTo(403);
    }

    @Test
    void documentsNeedTheResourcesTokenOfTheRightKind() throws Exception {
        String ofOrganization = token("bob", Map.of("organization_id", "acme", "resource", RESOURCE), RESOURCE_SCOPES);
        String ofNone = token("bob", Map.of("resource", RESOURCE), RESOURCE_SCOPES);

        assertThat(get("/organizations/acme/documents", ofOrganization).statusCode())
                .isEqualTo(200);
        assertThat(get("/organizations/acme/documents", organizationToken("bob", "acme"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(get("/documents", ofOrganization).statusCode()).isEqualTo(403);

        // The token carries read:document, but from a role in an organization.
        HttpResponse<String> leaked = get("/documents", ofNone);
        assertThat(leaked.statusCode()).isEqualTo(403);
        assertThat(leaked.headers().firstValue("Scope-Drift")).isEmpty();
    }

    @Test
    void meShowsTheGuardsViewOfTheToken() throws Exception {
        JsonNode me = json(get("/me", organizationToken("bob", "acme")));

        assertThat(me.path("subject").asString("")).isEqualTo("bob");
        assertThat(me.path("organization").asString("")).isEqualTo("acme");
        assertThat(me.path("token_scopes").toString()).isEqualTo("[\"read:report\"]");
        assertThat(me.path("live_scopes").toString()).isEqualTo("[\"read:report\"]");
        assertThat(me.path("effective_scopes").toString()).isEqualTo("[\"read:report\"]");
        assertThat(me.path("roles").toString()).isEqualTo("[]");
    }

    @Test
    void theModuleForBrowsersIsServedToAnybody() throws Exception {
        HttpResponse<String> module = send(HttpRequest.newBuilder(URI.create(api + "/client/scope-guard.js")));
        HttpResponse<String> types = send(HttpRequest.newBuilder(URI.create(api + "/client/scope-guard.d.ts")));

        assertThat(module.statusCode()).isEqualTo(200);
        assertThat(module.headers().firstValue("Content-Type")).contains("text/javascript;charset=UTF-8");
        assertThat(module.body()).contains("export function createScopeGuard");
        assertThat(types.statusCode()).isEqualTo(200);
        assertThat(types.body()).contains("export function createScopeGuard");
    }

    @Test
    void demotionBindsAndSaysRefreshThenPromotionSaysRefresh() throws Exception {
        String before = organizationToken("carol", "globex");
        roles("globex", "carol", "member");
        try {
            HttpResponse<String> refused = post("/organizations/globex/reports", before, "{\"title\":\"x\"}");
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("Scope-Drift").orElseThrow())
                    .startsWith("action=refresh, demoted=(\"write:report\" \"delete:report\" \"invite:member\")");

            String after = organizationToken("carol", "globex");
            HttpResponse<String> granted = get("/organizations/globex/reports", after);
            assertThat(granted.statusCode()).isEqualTo(200);
            assertThat(granted.headers().firstValue("Scope-Drift")).isEmpty();

            roles("globex", "carol", "admin");
            HttpResponse<String> promoted = get("/organizations/globex/reports", after);
            assertThat(promoted.headers().firstValue("Scope-Drift").orElseThrow())
                    .startsWith("action=refresh, promoted=(")
                    .contains("\"write:report\"");
        } finally {
            roles("globex", "carol", "admin");
        }
    }

    @Test
    void newScopeSaysReconsent() throws Exception {
        String token = organizationToken("alice", "acme");
        get("/organizations/acme/reports", token);
        String scope = json(management("POST", "/organization-scopes", "{\"name\":\"export:report\"}"))
                .path("id")
                .asString("");
        String admin = adminRole();
        management(
                "POST", "/organization-roles/" + admin + "/scopes", "{\"organizationScopeIds\":[\"" + scope + "\"]}");
        try {
            HttpResponse<String> refused = get("/organizations/acme/reports/export", token);

            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("scope=\"export:report\"");
            assertThat(refused.headers().firstValue("Scope-Drift").orElseThrow())
                    .startsWith("action=reconsent, new=(\"export:report\"), organization=\"acme\"");

            String named = token("alice", Map.of("organization_id", "acme"), ORGANIZATION_SCOPES + " export:report");
            assertThat(get("/organizations/acme/reports/export", named).statusCode())
                    .isEqualTo(200);
        } finally {
            management("DELETE", "/organization-scopes/" + scope, "");
        }
    }

    @Test
    void aSuspendedUserIsNobody() throws Exception {
        String token = organizationToken("bob", "acme");
        management("PATCH", "/users/bob/is-suspended", "{\"isSuspended\":true}");
        try {
            HttpResponse<String> refused = get("/organizations/acme/reports", token);
            assertThat(refused.statusCode()).isEqualTo(401);
            assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
                    .contains("error=\"invalid_token\"");
        } finally {
            management("PATCH", "/users/bob/is-suspended", "{\"isSuspended\":false}");
        }
    }

    @Test
    void anApplicationActsForItself() throws Exception {
        String inAcme = json(tokenRequest(
                        "demo-agent",
                        Map.of(
                                "grant_type", "client_credentials",
                                "organization_id", "acme",
                                "scope", ORGANIZATION_SCOPES)))
                .path("access_token")
                .asString("");
        String global = json(tokenRequest(
                        "demo-agent",
                        Map.of("grant_type", "client_credentials", "resource", RESOURCE, "scope", RESOURCE_SCOPES)))
                .path("access_token")
                .asString("");

        assertThat(post("/organizations/acme/reports", inAcme, "{\"title\":\"by an agent\"}")
                        .statusCode())
                .isEqualTo(201);
        assertThat(delete("/organizations/acme/reports/1", inAcme).statusCode()).isEqualTo(403);
        assertThat(get("/documents", global).statusCode()).isEqualTo(200);
        assertThat(get("/organizations/acme/reports", global).statusCode()).isEqualTo(403);
    }

    @Test
    void withAllFourSettingsItGuardsAgainstThatProvider() throws Exception {
        try (ConfigurableApplicationContext other = new SpringApplicationBuilder(DemoApplication.class)
                .initializers(new EmbeddedProvider())
                .run(
                        "--server.port=0",
                        "--scope-guard.logto.endpoint=" + provider,
                        "--scope-guard.logto.app-id=demo-m2m",
                        "--scope-guard.logto.app-secret=demo-m2m-secret",
                        "--scope-guard.resources=" + RESOURCE,
                        "--scope-guard.logto.timeout=30s")) {
            String port = other.getEnvironment().getProperty("local.server.port");
            HttpResponse<String> response =
                    send(HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/organizations/acme/reports"))
                            .header("Authorization", "Bearer " + organizationToken("bob", "acme"))
                            .GET());

            assertThat(response.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void withSomeOfThemItSaysWhichIsMissing() {
        SpringApplicationBuilder application =
                new SpringApplicationBuilder(DemoApplication.class).initializers(new EmbeddedProvider());

        assertThatThrownBy(() -> application.run("--server.port=0", "--scope-guard.logto.endpoint=" + provider))
                .rootCause()
                .hasMessageStartingWith("scope-guard.logto.app-id is not set");
    }

    private static String organizationToken(String user, String organization) throws Exception {
        return token(user, Map.of("organization_id", organization), ORGANIZATION_SCOPES);
    }

    /** By token exchange: as good as a sign-in for a test, and without a browser. */
    private static String token(String user, Map<String, String> target, String scope) throws Exception {
        String subjectToken = json(management("POST", "/subject-tokens", "{\"userId\":\"" + user + "\"}"))
                .path("subjectToken")
                .asString("");
        Map<String, String> form = new HashMap<>(target);
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put("subject_token", subjectToken);
        form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        form.put("scope", scope);
        return json(tokenRequest("demo-m2m", form)).path("access_token").asString("");
    }

    private static void roles(String organization, String user, String role) throws Exception {
        management(
                "PUT",
                "/organizations/" + organization + "/users/" + user + "/roles",
                "{\"organizationRoleNames\":[\"" + role + "\"]}");
    }

    private static String adminRole() throws Exception {
        for (JsonNode role : json(management("GET", "/organization-roles", ""))) {
            if (role.path("name").asString("").equals("admin")) {
                return role.path("id").asString("");
            }
        }
        throw new AssertionError("the tenant has an admin role");
    }

    private static HttpResponse<String> management(String method, String path, String body) throws Exception {
        HttpResponse<String> token = tokenRequest(
                "demo-m2m",
                Map.of(
                        "grant_type", "client_credentials",
                        "resource", "https://default.logto.app/api",
                        "scope", "all"));
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(provider + "/api" + path))
                .header(
                        "Authorization",
                        "Bearer " + json(token).path("access_token").asString(""))
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return response;
    }

    private static HttpResponse<String> tokenRequest(String client, Map<String, String> form) throws Exception {
        String credentials = Base64.getEncoder()
                .encodeToString((client + ":" + client + "-secret").getBytes(StandardCharsets.UTF_8));
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(HttpRequest.newBuilder(URI.create(provider + "/oidc/token"))
                .header("Authorization", "Basic " + credentials)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> get(String path, String token) throws Exception {
        return send(bearer(path, token).GET());
    }

    private static HttpResponse<String> delete(String path, String token) throws Exception {
        return send(bearer(path, token).DELETE());
    }

    private static HttpResponse<String> post(String path, String token, String body) throws Exception {
        return send(
                bearer(path, token).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private static HttpRequest.Builder bearer(String path, String token) {
        return HttpRequest.newBuilder(URI.create(api + path)).header("Authorization", "Bearer " + token);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }
}
