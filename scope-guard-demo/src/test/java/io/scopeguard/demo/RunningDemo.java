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
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The demo with its embedded provider on free ports, and a client of both. */
final class RunningDemo implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final ConfigurableApplicationContext application;
    private final String api;
    private final String provider;

    private RunningDemo(ConfigurableApplicationContext application) {
        this.application = application;
        this.api = "http://localhost:" + application.getEnvironment().getProperty("local.server.port");
        this.provider = application.getEnvironment().getRequiredProperty("scope-guard.logto.endpoint");
    }

    /** Starts the demo, with time limits that a busy machine does not reach. */
    static RunningDemo start(String... arguments) {
        Stream<String> common = Stream.of(
                        "--server.port=0",
                        "--demo.provider.port=0",
                        "--scope-guard.logto.timeout=30s",
                        "--scope-guard.permissions.max-wait=60s")
                .filter(each -> Stream.of(arguments).noneMatch(own -> isSameOption(own, each)));
        return new RunningDemo(new SpringApplicationBuilder(DemoApplication.class)
                .initializers(new EmbeddedProvider())
                .run(Stream.concat(common, Stream.of(arguments)).toArray(String[]::new)));
    }

    private static boolean isSameOption(String one, String other) {
        return one.startsWith(other.substring(0, other.indexOf('=') + 1));
    }

    String api() {
        return api;
    }

    String provider() {
        return provider;
    }

    HttpResponse<String> get(String path, String token) throws IOException, InterruptedException {
        return send(bearer(path, token).GET());
    }

    HttpResponse<String> delete(String path, String token) throws IOException, InterruptedException {
        return send(bearer(path, token).DELETE());
    }

    HttpResponse<String> post(String path, String token, String body) throws IOException, InterruptedException {
        return send(
                bearer(path, token).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private HttpRequest.Builder bearer(String path, String token) {
        return HttpRequest.newBuilder(URI.create(api + path)).header("Authorization", "Bearer " + token);
    }

    String organizationToken(String user, String organization, String scope) throws IOException, InterruptedException {
        return token(user, Map.of("organization_id", organization), scope);
    }

    /** A user's token by token exchange, which replaces a sign-in with a browser in tests. */
    String token(String user, Map<String, String> target, String scope) throws IOException, InterruptedException {
        Map<String, String> form = new HashMap<>(target);
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put(
                "subject_token",
                json(management("POST", "/subject-tokens", "{\"userId\":\"" + user + "\"}"))
                        .path("subjectToken")
                        .asString(""));
        form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        form.put("scope", scope);
        return accessToken(tokenRequest("demo-m2m", form));
    }

    /** Calls the provider's Management API, and expects success. */
    HttpResponse<String> management(String method, String path, String body) throws IOException, InterruptedException {
        String token = accessToken(tokenRequest(
                "demo-m2m",
                Map.of(
                        "grant_type", "client_credentials",
                        "resource", "https://default.logto.app/api",
                        "scope", "all")));
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(provider + "/api" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return response;
    }

    /** Sends a token request of one of the tenant's confidential clients. */
    HttpResponse<String> tokenRequest(String client, Map<String, String> form)
            throws IOException, InterruptedException {
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

    static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> response) {
        return JSON.readTree(response.body());
    }

    static String accessToken(HttpResponse<String> response) {
        return json(response).path("access_token").asString("");
    }

    @Override
    public void close() {
        application.close();
    }
}
