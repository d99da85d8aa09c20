package io.scopeguard.mcp;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Tokens that the provider issues by its token endpoint only. */
final class ProviderTokens {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";

    private ProviderTokens() {}

    /** A token of the machine-to-machine application of acme. */
    static String ofMachine(String scope) throws IOException, InterruptedException {
        return token(
                "demo-agent", Map.of("grant_type", "client_credentials", "organization_id", "acme", "scope", scope));
    }

    /** A token of a user for acme with which another user acts (RFC 8693). */
    static String ofActor(String user, String actor, String scope) throws IOException, InterruptedException {
        return exchanged(
                user,
                Map.of(
                        "organization_id",
                        "acme",
                        "scope",
                        scope,
                        "actor_token",
                        exchanged(actor, Map.of("scope", "openid")),
                        "actor_token_type",
                        ACCESS_TOKEN));
    }

    private static String exchanged(String user, Map<String, String> target) throws IOException, InterruptedException {
        Map<String, String> form = new HashMap<>(target);
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put("subject_token", subjectToken(user));
        form.put("subject_token_type", ACCESS_TOKEN);
        return token("demo-m2m", form);
    }

    private static String subjectToken(String user) throws IOException, InterruptedException {
        String management = token(
                "demo-m2m",
                Map.of(
                        "grant_type", "client_credentials",
                        "resource", "https://default.logto.app/api",
                        "scope", "all"));
        return send(request("/api/subject-tokens", "Bearer " + management)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString("{\"userId\":\"" + user + "\"}")))
                .path("subjectToken")
                .asString();
    }

    private static String token(String client, Map<String, String> form) throws IOException, InterruptedException {
        String credentials = Base64.getEncoder()
                .encodeToString((client + ":" + client + "-secret").getBytes(StandardCharsets.UTF_8));
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send(request("/oidc/token", "Basic " + credentials)
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(BodyPublishers.ofString(body)))
                .path("access_token")
                .asString();
    }

    private static HttpRequest.Builder request(String path, String authorization) {
        return HttpRequest.newBuilder(URI.create(McpServer.BOX.endpoint() + path))
                .header("Authorization", authorization);
    }

    private static JsonNode send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return McpClient.JSON.readTree(
                HTTP.send(request.build(), BodyHandlers.ofString()).body());
    }
}
