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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From payment to access and from refund to refusal: the shop changes the tenant, and the next response names the remedy. */
class ShopTests {

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

    /** The token carries no roles, so the role counts at once: the token that was refused is granted. */
    @Test
    void paidTierIsOpenAfterThePaymentAndClosedAfterTheRefund() throws Exception {
        String token = organizationToken("bob", "acme", "read:report");
        HttpResponse<String> before = get("/organizations/acme/insights", token);
        assertThat(before.statusCode()).isEqualTo(403);
        assertThat(before.body())
                .contains("insufficient-role", "\"required_roles\":[\"paid-tier\"]", "\"action\":\"none\"");

        buy("{\"user\":\"bob\",\"product\":\"paid-tier\"}");
        assertThat(get("/organizations/acme/insights", token).statusCode()).isEqualTo(200);
        buy("{\"user\":\"bob\",\"product\":\"paid-tier\"}");

        refund("{\"user\":\"bob\",\"product\":\"paid-tier\"}");
        HttpResponse<String> after = get("/organizations/acme/insights", token);
        assertThat(after.statusCode()).isEqualTo(403);
        assertThat(after.body()).contains("insufficient-role");
        refund("{\"user\":\"bob\",\"product\":\"paid-tier\"}");
    }

    @Test
    void aSeatIsAMembershipWithARoleUntilTheRefund() throws Exception {
        String buyer = newUser("seat-buyer");
        String seat = "{\"user\":\"" + buyer + "\",\"product\":\"seat\",\"organization\":\"globex\"}";
        buy(seat);
        String token = organizationToken(buyer, "globex", "read:report");
        assertThat(get("/organizations/globex/reports", token).statusCode()).isEqualTo(200);

        refund(seat);
        HttpResponse<String> refused = get("/organizations/globex/reports", token);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("not-a-member", "\"action\":\"refresh\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"user\":\"nobody\",\"product\":\"paid-tier\"}|unknown-user|no user 'nobody'",
                "{\"user\":\"nobody\",\"product\":\"seat\",\"organization\":\"acme\"}|unknown-user|no user 'nobody'",
                "{\"user\":\"bob\",\"product\":\"seat\",\"organization\":\"Acme\"}|unknown-organization|Use its id",
                "{\"user\":\"bob\",\"product\":\"seat\"}|incomplete-order|no organization",
                "{\"product\":\"paid-tier\"}|incomplete-order|no user",
                "{\"user\":\"bob\",\"product\":\"crown\"}|unknown-product|paid-tier or seat"
            })
    void anOrderThatCannotBeCarriedOutSaysWhy(String order, String code, String detail) throws Exception {
        for (String operation : new String[] {"purchases", "refunds"}) {
            HttpResponse<String> refused = shop(operation, order);

            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("urn:problem-type:scope-guard-demo:" + code, detail);
        }
    }

    @Test
    void strangersCannotReachTheShop() throws Exception {
        HttpResponse<String> refused = send(HttpRequest.newBuilder(URI.create(api + "/shop/purchases"))
                .header("Content-Type", "application/json")
                .header("Sec-Fetch-Site", "cross-site")
                .POST(BodyPublishers.ofString("{\"user\":\"carol\",\"product\":\"paid-tier\"}")));

        assertThat(refused.statusCode()).isEqualTo(403);
    }

    private static void buy(String order) throws Exception {
        assertThat(shop("purchases", order).statusCode()).isEqualTo(204);
    }

    private static void refund(String order) throws Exception {
        assertThat(shop("refunds", order).statusCode()).isEqualTo(204);
    }

    private static HttpResponse<String> shop(String operation, String order) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(api + "/shop/" + operation))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(order)));
    }

    private static String newUser(String name) throws Exception {
        return management("POST", "/users", "{\"username\":\"" + name.replace('-', '_') + "\"}")
                .path("id")
                .asString("");
    }

    private static String organizationToken(String user, String organization, String scope) throws Exception {
        return exchanged(user, Map.of("organization_id", organization, "scope", scope));
    }

    /** By token exchange: as good as a sign-in for a test, and without a browser. */
    private static String exchanged(String user, Map<String, String> target) throws Exception {
        Map<String, String> form = new HashMap<>(target);
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        form.put(
                "subject_token",
                management("POST", "/subject-tokens", "{\"userId\":\"" + user + "\"}")
                        .path("subjectToken")
                        .asString(""));
        form.put("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
        return token(form);
    }

    private static JsonNode management(String method, String path, String body) throws Exception {
        String token = token(Map.of(
                "grant_type", "client_credentials",
                "resource", "https://default.logto.app/api",
                "scope", "all"));
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(provider + "/api" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body)));
        assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
        return JSON.readTree(response.body());
    }

    private static String token(Map<String, String> form) throws Exception {
        String credentials =
                Base64.getEncoder().encodeToString("demo-m2m:demo-m2m-secret".getBytes(StandardCharsets.UTF_8));
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpResponse<String> answer = send(HttpRequest.newBuilder(URI.create(provider + "/oidc/token"))
                .header("Authorization", "Basic " + credentials)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(body)));
        return JSON.readTree(answer.body()).path("access_token").asString("");
    }

    private static HttpResponse<String> get(String path, String token) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(api + path)).header("Authorization", "Bearer " + token));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }
}
