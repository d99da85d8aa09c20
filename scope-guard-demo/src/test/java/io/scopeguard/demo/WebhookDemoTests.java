package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** A delivery of the provider reaches the API: with a max-age of an hour, no read could notice the change in time. */
class WebhookDemoTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private ConfigurableApplicationContext application;
    private String api;
    private String provider;

    @BeforeEach
    void start() {
        application = new SpringApplicationBuilder(DemoApplication.class)
                .initializers(new EmbeddedProvider())
                .run(
                        "--server.port=0",
                        "--demo.provider.port=0",
                        "--scope-guard.logto.timeout=30s",
                        "--scope-guard.permissions.max-wait=60s",
                        "--scope-guard.permissions.max-age=1h",
                        "--scope-guard.permissions.max-stale=1h");
        api = "http://localhost:" + application.getEnvironment().getProperty("local.server.port");
        provider = application.getEnvironment().getProperty("scope-guard.logto.endpoint");
    }

    @AfterEach
    void stop() {
        application.close();
    }

    @Test
    void removalBindsAtOnce() throws Exception {
        String bob = organizationToken("bob");
        assertThat(reports(bob)).isEqualTo(200);

        management("DELETE", "/organizations/acme/users/bob", "");

        assertThat(reportsOnce(bob, 403)).isEqualTo(403);
    }

    @Test
    void suspensionBindsAtOnce() throws Exception {
        String alice = organizationToken("alice");
        assertThat(reports(alice)).isEqualTo(200);

        management("PATCH", "/users/alice/is-suspended", "{\"isSuspended\":true}");

        assertThat(reportsOnce(alice, 401)).isEqualTo(401);
    }

    @Test
    void aRolesChangedScopesBindAtOnce() throws Exception {
        String bob = organizationToken("bob");
        assertThat(reports(bob)).isEqualTo(200);

        management("DELETE", "/organization-roles/member/scopes/read-report", "");

        assertThat(reportsOnce(bob, 403)).isEqualTo(403);
    }

    /** The reason for max-age: of this nobody is told. */
    @Test
    void takingARoleAwayWaitsForMaxAge() throws Exception {
        String bob = organizationToken("bob");
        String alice = organizationToken("alice");
        assertThat(reports(bob)).isEqualTo(200);
        assertThat(reports(alice)).isEqualTo(200);

        management("PUT", "/organizations/acme/users/bob/roles", "{\"organizationRoleNames\":[]}");
        management("DELETE", "/organizations/acme/users/alice", "");

        assertThat(reportsOnce(alice, 403)).isEqualTo(403);
        assertThat(reports(bob)).isEqualTo(200);
    }

    private int reports(String token) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(api + "/organizations/acme/reports"))
                        .header("Authorization", "Bearer " + token))
                .statusCode();
    }

    /** A delivery is on its way while its cause is answered already. */
    private int reportsOnce(String token, int expected) throws Exception {
        Instant end = Instant.now().plus(Duration.ofSeconds(120));
        int status = reports(token);
        while (status != expected && Instant.now().isBefore(end)) {
            Thread.sleep(10);
            status = reports(token);
        }
        return status;
    }

    private String organizationToken(String user) throws Exception {
        String subjectToken =
                text(management("POST", "/subject-tokens", "{\"userId\":\"" + user + "\"}"), "subjectToken");
        return token(Map.of(
                "grant_type", "urn:ietf:params:oauth:grant-type:token-exchange",
                "subject_token", subjectToken,
                "subject_token_type", "urn:ietf:params:oauth:token-type:access_token",
                "organization_id", "acme",
                "scope", "read:report"));
    }

    private HttpResponse<String> management(String method, String path, String body) throws Exception {
        String token = token(Map.of(
                "grant_type", "client_credentials",
                "resource", "https://default.logto.app/api",
                "scope", "all"));
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(provider + "/api" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body)));
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return response;
    }

    private String token(Map<String, String> form) throws Exception {
        String credentials =
                Base64.getEncoder().encodeToString("demo-m2m:demo-m2m-secret".getBytes(StandardCharsets.UTF_8));
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(provider + "/oidc/token"))
                .header("Authorization", "Basic " + credentials)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
        return text(response, "access_token");
    }

    private static String text(HttpResponse<String> response, String member) {
        return JSON.readTree(response.body()).path(member).asString("");
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
