package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.scopeguard.logtobox.LogtoBox;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files that the page needs, and the operator's panel. */
@ExtendWith(OutputCaptureExtension.class)
class PageTests {

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
    void getWhenTheFileBelongsToThePageThenPublicWithAStrictContentSecurityPolicy(String path, String type)
            throws Exception {
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
    void getWhenTheFileDoesNotBelongToThePageThenNotServed(String path) throws Exception {
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
    void getWhenTheOriginOrHostIsForeignThenOperatorAndShopRefuse(String header, String value) throws Exception {
        assertThat(status("/operator/tenant", header, value)).isEqualTo(403);
        assertThat(status("/shop/purchases", header, value)).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource({
        "Host,localhost:8080",
        "Host,127.0.0.1",
        "Host,[::1]:8080",
        "Sec-Fetch-Site,same-origin",
        "Sec-Fetch-Site,none"
    })
    void getWhenTheRequestIsFromTheirOwnPageThenOperatorAndShopAnswer(String header, String value) throws Exception {
        assertThat(status("/operator/tenant", header, value)).isEqualTo(200);
        assertThat(status("/shop/purchases", header, value)).isNotEqualTo(403);
    }

    @Test
    void resetWhenTheOperatorHasChangedTheTenantThenItIsAsBefore() throws Exception {
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
    void operatorWhenTheProviderRefusesThenReports() throws Exception {
        assertThat(operate("DELETE", "/organizations/acme/members/nobody", "").statusCode())
                .isEqualTo(409);
    }

    /** The provider's start page. */
    @Test
    void getWhenThePathIsTheProvidersRootThenAPageSaysWhatItIs() throws Exception {
        HttpResponse<String> response =
                send(HttpRequest.newBuilder(box.endpoint().resolve("/")));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("This is the identity provider of the demo");
    }

    @Test
    void connectWhenTheAddressIsNotLocalhostThenApiAndProviderRefuse() {
        for (int each : new int[] {port, box.endpoint().getPort()}) {
            // Another address of this machine: a server that listens on all addresses would answer.
            assertThatIOException().isThrownBy(() -> connect("127.0.0.2", each));
            assertThatNoException().isThrownBy(() -> connect("127.0.0.1", each));
        }
    }

    @Test
    void startThenTheConsoleShowsTheNextSteps(CapturedOutput output) {
        new Welcome()
                .onApplicationEvent(
                        new ApplicationReadyEvent(new SpringApplication(), new String[0], application, Duration.ZERO));

        assertThat(output.getOut()).contains("""
                Open   http://localhost:%d/
                Users  alice, bob and carol, each with the password demo
                Walk   sign in as alice, create a report, demote alice in the operator's panel, create another one
                """.formatted(port));
    }

    private static void connect(String address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 60_000);
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

    /** Without Java's client, which does not allow a chosen Host header. */
    private static int status(String path, String header, String value) throws IOException {
        Map<String, String> headers = new TreeMap<>(Map.of("Host", "localhost:" + port));
        headers.put(header, value);
        try (Socket socket = new Socket("127.0.0.1", port)) {
            String lines = headers.entrySet().stream()
                    .map(each -> each.getKey() + ": " + each.getValue() + "\r\n")
                    .collect(Collectors.joining());
            String request = "GET " + path + " HTTP/1.1\r\n" + lines + "Connection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(response.substring(9, 12));
        }
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(api + path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
