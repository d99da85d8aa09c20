package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.logtobox.LogtoBox;
import io.scopeguard.logtobox.directory.Resource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the page needs of the demo: its files, the operator's panel and the signal streams. */
class PageTests {

    private static final String RESOURCE = "https://api.example.test";
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static ConfigurableApplicationContext application;
    private static LogtoBox box;
    private static int port;
    private static String api;

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(DemoApplication.class)
                .initializers(new EmbeddedProvider())
                .run(
                        "--server.port=0",
                        "--demo.provider.port=0",
                        "--demo.signals.max-streams=8",
                        "--scope-guard.permissions.max-age=1ms",
                        "--scope-guard.logto.calls-per-second=1000",
                        "--scope-guard.logto.timeout=30s",
                        "--scope-guard.permissions.max-wait=60s");
        box = application.getBean(LogtoBox.class);
        port = application.getEnvironment().getProperty("local.server.port", Integer.class, 0);
        api = "http://localhost:" + port;
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @AfterEach
    void reset() throws Exception {
        assertThat(operate("POST", "/reset", "{}").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/,text/html",
        "/page/app.js,text/javascript",
        "/page/style.css,text/css",
        "/page/icon.svg,image/svg+xml",
        "/client/scope-guard.js,text/javascript",
        "/client/signals.js,text/javascript",
    })
    void filesArePublicAndLoadNothingFromElsewhere(String path, String type) throws Exception {
        HttpResponse<String> response = send(request(path));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElseThrow()).startsWith(type);
        assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self'")
                .contains("connect-src 'self' " + box.endpoint() + ";");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/page/index.html", "/page/missing.js", "/client/package.json", "/page/..%2Fapplication.yml"})
    void nothingElseIsServed(String path) throws Exception {
        assertThat(send(request(path)).statusCode()).isIn(400, 401, 404);
    }

    @ParameterizedTest
    @CsvSource({
        "Host,evil.example:8080",
        "Host,localhost.evil.example",
        "Origin,https://evil.example",
        "Origin,null",
        "Origin,http://localhost:1",
        "Sec-Fetch-Site,cross-site",
        "Sec-Fetch-Site,same-site",
    })
    void operatorRefusesOtherOriginsAndHosts(String header, String value) throws Exception {
        assertThat(status(header, value)).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "Host,localhost:8080",
        "Host,127.0.0.1",
        "Host,[::1]:8080",
        "Sec-Fetch-Site,same-origin",
        "Sec-Fetch-Site,none"
    })
    void operatorAnswersItsOwnPage(String header, String value) throws Exception {
        assertThat(status(header, value)).isEqualTo(200);
    }

    @Test
    void operatorChangesTheTenantAndPutsItBack() throws Exception {
        operate("PUT", "/organizations/acme/members/alice", "{\"role\":\"member\"}");
        operate("PUT", "/organizations/acme/members/carol", "{\"role\":\"admin\"}");
        operate("DELETE", "/organizations/acme/members/bob", "");
        operate("PUT", "/users/bob/suspension", "{\"suspended\":true}");
        operate("POST", "/scopes", "{\"name\":\"export:report\",\"role\":\"member\"}");

        assertThat(people()).isEqualTo("alice [\"member\"], bob - suspended, carol [\"admin\"]");
        assertThat(tenant().path("roles").toString()).contains("export:report");

        operate("POST", "/reset", "{}");

        assertThat(people()).isEqualTo("alice [\"admin\"], bob [\"member\"], carol -");
        assertThat(tenant().path("roles").toString()).doesNotContain("export:report");
    }

    @Test
    void operatorReportsWhatTheProviderRefuses() throws Exception {
        assertThat(operate("DELETE", "/organizations/acme/members/nobody", "").statusCode())
                .isEqualTo(409);
    }

    @Test
    void streamTellsOfADemotionAndOfTheRemedy() throws Exception {
        try (Stream stream = open(organizationToken("alice", "acme"))) {
            stream.awaitPermissions("[\"read:report\",\"write:report\",\"delete:report\",\"invite:member\"]");
            operate("PUT", "/organizations/acme/members/alice", "{\"role\":\"member\"}");

            JsonNode signal = stream.awaitPermissions("[\"read:report\"]");

            assertThat(signal.path("standing").path("drift").path("demoted").toString())
                    .isEqualTo("[\"write:report\",\"delete:report\",\"invite:member\"]");
            assertThat(signal.path("scope_drift").asString("")).startsWith("action=refresh, demoted=(");
        }
    }

    @Test
    void streamEndsOnSuspensionAndOnLostMembership() throws Exception {
        try (Stream bob = open(organizationToken("bob", "acme"));
                Stream carol = open(organizationToken("carol", "globex"))) {
            operate("PUT", "/users/bob/suspension", "{\"suspended\":true}");
            operate("DELETE", "/organizations/globex/members/carol", "");

            assertThat(bob.awaitEnd()).isEqualTo("suspended");
            assertThat(carol.awaitEnd()).isEqualTo("not-a-member");
        }
    }

    @Test
    void streamEndsWhenTheTokenExpires() throws Exception {
        box.directory().resources().update("example-api", resource -> withLifetime(resource, 2));
        try (Stream stream = open(token("alice", Map.of("resource", RESOURCE, "organization_id", "acme")))) {
            assertThat(stream.awaitEnd()).isEqualTo("expired");
        } finally {
            box.directory().resources().update("example-api", resource -> withLifetime(resource, 3600));
        }
    }

    @Test
    void newestStreamReplacesTheOldestOfTheSubject() throws Exception {
        List<Stream> streams = new ArrayList<>();
        try {
            openAll(streams, organizationToken("alice", "acme"), 5);
            assertThat(streams.get(0).awaitEnd()).isEqualTo("replaced");
            assertThat(streams.get(4).status()).isEqualTo(200);
        } finally {
            close(streams);
        }
    }

    @Test
    void numberOfStreamsIsBounded() throws Exception {
        List<Stream> streams = new ArrayList<>();
        try {
            openAll(streams, organizationToken("alice", "acme"), 4);
            openAll(streams, organizationToken("bob", "acme"), 4);
            Stream refused = requestStream(organizationToken("carol", "globex"));
            streams.add(refused);
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.response().headers().firstValue("Retry-After")).contains("10");
        } finally {
            close(streams);
        }
    }

    /** The provider says what it is. */
    @Test
    void providerIntroducesItself() throws Exception {
        HttpResponse<String> response =
                send(HttpRequest.newBuilder(box.endpoint().resolve("/")));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("This is the identity provider of the demo");
    }

    @Test
    void streamIsGuardedLikeAnyRequest() throws Exception {
        assertThat(send(request("/me/signals")).statusCode()).isEqualTo(401);
        assertThat(send(request("/me/signals?access_token=" + organizationToken("alice", "acme")))
                        .statusCode())
                .isEqualTo(400);
    }

    private static Resource withLifetime(Resource resource, int seconds) {
        return new Resource(resource.id(), resource.name(), resource.indicator(), resource.isDefault(), seconds);
    }

    private static void openAll(List<Stream> streams, String token, int number) throws Exception {
        for (int i = 0; i < number; i++) {
            streams.add(open(token));
        }
    }

    private static void close(List<Stream> streams) throws IOException {
        for (Stream stream : streams) {
            stream.close();
        }
    }

    /** The streams of the test before may still be there for a second. */
    private static Stream open(String token) throws Exception {
        Stream stream = requestStream(token);
        while (stream.status() == 503) {
            Thread.sleep(50);
            stream = requestStream(token);
        }
        return stream;
    }

    private static Stream requestStream(String token) throws Exception {
        HttpRequest request = request("/me/signals")
                .header("Authorization", "Bearer " + token)
                .build();
        return new Stream(HTTP.send(request, BodyHandlers.ofInputStream()));
    }

    /** A stream as a client reads it. */
    private record Stream(HttpResponse<InputStream> response, BufferedReader lines) implements AutoCloseable {

        Stream(HttpResponse<InputStream> response) {
            this(response, new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
        }

        int status() {
            return response.statusCode();
        }

        JsonNode awaitPermissions(String effective) throws IOException {
            JsonNode signal = next("permissions");
            while (!signal.path("standing").path("effective_scopes").toString().equals(effective)) {
                signal = next("permissions");
            }
            return signal;
        }

        String awaitEnd() throws IOException {
            return next("end").path("reason").asString("");
        }

        private JsonNode next(String event) throws IOException {
            String name = "";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                name = line.startsWith("event:") ? line.substring(6) : name;
                if (line.startsWith("data:") && name.equals(event)) {
                    return JSON.readTree(line.substring(5));
                }
            }
            throw new AssertionError("the stream ended without the event " + event);
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    private static JsonNode tenant() throws Exception {
        return JSON.readTree(operate("GET", "/tenant", "").body());
    }

    private static String people() throws Exception {
        return tenant().path("organizations")
                .get(0)
                .path("people")
                .valueStream()
                .map(person -> person.path("id").asString("")
                        + (person.path("member").asBoolean(false) ? " " + person.path("roles") : " -")
                        + (person.path("suspended").asBoolean(false) ? " suspended" : ""))
                .collect(Collectors.joining(", "));
    }

    private static HttpResponse<String> operate(String method, String path, String body) throws Exception {
        return send(request("/operator" + path)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    }

    /** By hand: Java's client does not let anybody choose the host. */
    private static int status(String header, String value) throws IOException {
        Map<String, String> headers = new TreeMap<>(Map.of("Host", "localhost:" + port));
        headers.put(header, value);
        try (Socket socket = new Socket("127.0.0.1", port)) {
            String lines = headers.entrySet().stream()
                    .map(each -> each.getKey() + ": " + each.getValue() + "\r\n")
                    .collect(Collectors.joining());
            String request = "GET /operator/tenant HTTP/1.1\r\n" + lines + "Connection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(response.substring(9, 12));
        }
    }

    private static String organizationToken(String user, String organization) throws Exception {
        return token(user, Map.of("organization_id", organization));
    }

    /** By token exchange: as good as a sign-in for a test, and without a browser. */
    private static String token(String user, Map<String, String> target) throws Exception {
        Map<String, String> form = new TreeMap<>(target);
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put("subject_token", subjectToken(user));
        form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        form.put("scope", "read:report write:report delete:report invite:member read:document");
        return tokenRequest(form);
    }

    private static String subjectToken(String user) throws Exception {
        String token = tokenRequest(Map.of(
                "grant_type", "client_credentials", "resource", "https://default.logto.app/api", "scope", "all"));
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(box.endpoint() + "/api/subject-tokens"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"userId\":\"" + user + "\"}")));
        return JSON.readTree(response.body()).path("subjectToken").asString("");
    }

    private static String tokenRequest(Map<String, String> form) throws Exception {
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        String credentials =
                Base64.getEncoder().encodeToString("demo-m2m:demo-m2m-secret".getBytes(StandardCharsets.UTF_8));
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(box.endpoint() + "/oidc/token"))
                .header("Authorization", "Basic " + credentials)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
        return JSON.readTree(response.body()).path("access_token").asString("");
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(api + path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
