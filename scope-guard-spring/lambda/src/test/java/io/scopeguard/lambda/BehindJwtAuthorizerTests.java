package io.scopeguard.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The function in the documentation, with events in the form in which an HTTP API sends them after its JWT authorizer has accepted
 * the token. The application still checks the organization and live permissions, and signals drift.
 */
@Timeout(600)
class BehindJwtAuthorizerTests {

    /** The subject that the event's claims name. */
    private static final String OF_CLAIMS = "user1";

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final MovableClock clock = ReportApplication.clock;
    private static final TenantServer tenant = new TenantServer(clock);
    private static ReportsFunction function;
    private static long cold;

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();
    private final TestToken token = tenant.organizationToken(acme, user, "read:report", "delete:report");

    @BeforeAll
    static void start() throws Exception {
        Map<String, Object> properties = tenant.properties();
        properties.put("scope-guard.public-url", "https://api.example.com");
        properties.put("logging.level.root", "warn");
        properties.put("logging.level.io.scopeguard", "warn");
        properties.put("spring.jmx.enabled", false);
        System.setProperty("spring.application.json", JSON.writeValueAsString(properties));
        long begin = System.nanoTime();
        function = new ReportsFunction();
        cold = System.nanoTime() - begin;
    }

    @AfterAll
    static void stop() {
        System.clearProperty("spring.application.json");
        tenant.close();
    }

    @Test
    void requestWhenGrantedThenReachesTheHandler() throws IOException {
        tenant.join(acme, user, "read:report", "delete:report");

        Answer answer = get(token);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("\"organization\":\"" + acme + "\"").contains("[\"a\",\"b\"]");
        assertThat(answer.header("Scope-Drift")).isEmpty();
        assertThat(answer.header("Access-Control-Expose-Headers")).contains("Scope-Drift");
    }

    /** The JWT authorizer does not compare the token's organization with the path. */
    @Test
    void requestWhenTokenIsForAnotherOrganizationThenRefused() throws IOException {
        String globex = TenantServer.newId("globex");
        tenant.join(acme, user, "read:report");
        tenant.join(globex, user, "read:report");

        Answer answer = send("GET", "/organizations/" + globex + "/reports", token);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.problem()).isEqualTo("organization-mismatch");
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(answer.header("WWW-Authenticate"))
                .contains("https://api.example.com/.well-known/oauth-protected-resource");
    }

    /** The JWT authorizer accepts any one of the route's scopes, and notices no change before the token expires. */
    @Test
    void requestWhenDemotedWhileFrozenThenRefusedAndSignalled() throws IOException {
        tenant.join(acme, user, "read:report", "delete:report");
        assertThat(delete(token).status()).isEqualTo(200);
        tenant.join(acme, user, "read:report");

        clock.step(Duration.ofMinutes(20));

        Answer refused = delete(token);
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.problem()).isEqualTo("insufficient-scope");
        // Without dates in the provider's answers, its clock is known precisely enough only after some seconds.
        clock.advance(Duration.ofSeconds(20));
        Answer granted = get(token);
        assertThat(granted.status()).isEqualTo(200);
        assertThat(granted.header("Scope-Drift"))
                .startsWith("action=refresh, demoted=(\"delete:report\"), organization=\"" + acme + "\"")
                .contains("token=\"" + token.fingerprint() + "\"");
        assertThat(granted.header("Cache-Control")).contains("no-store");
    }

    /** A route without an authorizer: the application verifies tokens itself. */
    @Test
    void requestWhenTokenIsInvalidThenChallenged() throws IOException {
        Answer invalid = get(token.withKey(TenantServer.newKey(tenant.key().getKeyID())));
        Answer status = send("GET", "/status", null);
        Answer none = send("GET", "/organizations/" + acme + "/reports", null);

        assertThat(invalid.status()).isEqualTo(401);
        assertThat(invalid.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.header("WWW-Authenticate")).startsWith("Bearer resource_metadata=");
        assertThat(status.status()).isEqualTo(200);
    }

    /** Only the token in the event decides, although the authorizer adds the claims of a member with the scope. */
    @Test
    void requestWhenEventHasClaimsOfAnotherThenTheTokenDecides() throws IOException {
        String member = tenant.addUser(OF_CLAIMS);
        tenant.join(acme, member, "read:report");
        assertThat(get(tenant.organizationToken(acme, member, "read:report")).status())
                .isEqualTo(200);

        Answer answer = get(token);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.problem()).isEqualTo("not-a-member");
    }

    @Test
    void documentedFunctionIsTheTestedOne() throws IOException {
        String source =
                Files.readString(Path.of("src", "test", "java", "io", "scopeguard", "lambda", "ReportsFunction.java"));
        String page = Files.readString(Path.of("..", "..", "docs", "aws.md"));

        assertThat(page).contains(source.substring(source.indexOf("import")));
    }

    @Test
    void getWhenRepeatedThenOkAndItsTimesArePrinted() throws IOException {
        tenant.join(acme, user, "read:report", "delete:report");
        long begin = System.nanoTime();
        assertThat(get(token).status()).isEqualTo(200);
        long first = System.nanoTime() - begin;
        begin = System.nanoTime();
        assertThat(get(token).status()).isEqualTo(200);
        long second = System.nanoTime() - begin;

        System.out.printf(
                "Spring in Lambda: application started in %d ms, a user's first request %d ms, the next %d ms%n",
                Duration.ofNanos(cold).toMillis(),
                Duration.ofNanos(first).toMillis(),
                Duration.ofNanos(second).toMillis());
    }

    private Answer get(TestToken bearer) throws IOException {
        return send("GET", "/organizations/" + acme + "/reports", bearer);
    }

    private Answer delete(TestToken bearer) throws IOException {
        return send("DELETE", "/organizations/" + acme + "/reports/7", bearer);
    }

    private static Answer send(String method, String path, TestToken bearer) throws IOException {
        String event = new String(
                        BehindJwtAuthorizerTests.class
                                .getResourceAsStream("/aws/http-api-event.json")
                                .readAllBytes(),
                        StandardCharsets.UTF_8)
                .replace("METHOD", method)
                .replace("PATH", path)
                .replace("ISSUER", tenant.endpoint() + "/oidc")
                .replace("ORGANIZATION", path.split("/")[path.startsWith("/organizations/") ? 2 : 1]);
        event = bearer == null
                ? event.replaceFirst("\"authorization\": .*\n", "")
                : event.replace("TOKEN", bearer.signed());
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        function.handleRequest(new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)), answer, null);
        return new Answer(JSON.readTree(answer.toByteArray()));
    }

    /** The function's response to API Gateway. */
    private record Answer(JsonNode json) {

        int status() {
            return json.path("statusCode").asInt();
        }

        String header(String name) {
            JsonNode values = json.path("multiValueHeaders").path(name);
            assertThat(values.size()).as(name).isLessThanOrEqualTo(1);
            return values.isEmpty()
                    ? json.path("headers").path(name).asString("")
                    : values.get(0).asString();
        }

        String body() {
            return json.path("body").asString("");
        }

        String problem() {
            return JSON.readTree(body()).path("type").asString().replaceFirst(".*:", "");
        }
    }
}
