package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.aws.LambdaRuntime;
import io.scopeguard.aws.LambdaRuntime.Outcome;
import io.scopeguard.testing.DocumentedProgram;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.testing.TestTokens;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The function in the documentation, compiled and run by the real Lambda runtime, with events as API Gateway sends them. */
@Timeout(600)
class LambdaAuthorizerTests {

    private static final int MOST_RETRIES = 100;
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TestTokens tokens = new TestTokens(Clock.systemUTC());
    private static final FakeLogto tenant = new FakeLogto()
            .publish(new JWKSet(tokens.key()).toString(true))
            .organizationRole("reader", "read:report")
            .organizationRole("admin", "read:report", "delete:report");

    @TempDir
    private static Path directory;

    private static LambdaRuntime runtime;
    private static Process function;
    private static long started;

    @BeforeAll
    static void run() throws IOException {
        String all = Files.readString(Path.of("..", "docs", "aws.md"));
        String page = all.substring(all.indexOf("## A Lambda authorizer"));
        DocumentedProgram.compile(page, "ReportsAuthorizer", directory);
        Files.writeString(directory.resolve("routes.json"), DocumentedProgram.block(page, "json"));
        runtime = new LambdaRuntime();
        started = System.nanoTime();
        function = start();
    }

    private static Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                directory + File.pathSeparator + System.getProperty("java.class.path"),
                "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                "ReportsAuthorizer::handleRequest");
        builder.environment().putAll(runtime.environment("ReportsAuthorizer::handleRequest"));
        builder.environment().put("LOGTO_ENDPOINT", tenant.tenant().endpoint().toString());
        builder.environment().put("LOGTO_APP_ID", "app");
        builder.environment().put("LOGTO_APP_SECRET", "secret");
        File log = directory.resolve("function.log").toFile();
        return builder.redirectErrorStream(true).redirectOutput(log).start();
    }

    @AfterAll
    static void stop() {
        if (function != null) {
            function.destroyForcibly();
            runtime.close();
        }
        tenant.close();
        tokens.close();
    }

    @Test
    void handleRequestWhenInRuntimeThenAnswersAsDocumented() throws Exception {
        tenant.member("acme", "alice", "admin").member("globex", "alice", "reader");
        String token = token("acme", "alice");

        JsonNode first = answered(invoke(token, "GET", "acme", "reports"));
        long cold = System.nanoTime() - started;
        long begin = System.nanoTime();
        JsonNode second = answered(invoke(token, "GET", "acme", "reports"));
        long warm = System.nanoTime() - begin;
        System.out.printf(
                "Lambda authorizer: first answer %d ms after the start of the JVM, second answer after %d ms%n",
                Duration.ofNanos(cold).toMillis(), Duration.ofNanos(warm).toMillis());

        assertThat(effect(first)).isEqualTo("Allow");
        assertThat(effect(second)).isEqualTo("Allow");
        assertThat(second.at("/policyDocument/Statement/0/Resource").asString())
                .endsWith("/GET/organizations/acme/reports");
        assertThat(second.at("/context/organization").asString()).isEqualTo("acme");
        assertThat(second.at("/context/scope").asString()).isEqualTo("read:report delete:report");

        assertThat(answered(invoke(token, "GET", "globex", "reports"))
                        .at("/context/denial")
                        .asString())
                .isEqualTo("organization-mismatch");
        assertThat(answered(invoke(token, "POST", "acme", "reports"))
                        .at("/context/denial")
                        .asString())
                .isEqualTo("unknown-route");
        assertUnauthorized(invoke("opaque", "GET", "acme", "reports"));
        assertUnauthorized(invoke(token + "x", "GET", "acme", "reports"));
    }

    /** The route for deletions reads live permissions for each request. */
    @Test
    void handleRequestWhenDemotedThenDeniedAndSignalled() throws Exception {
        tenant.member("acme", "bob", "admin");
        String token = token("acme", "bob");
        assertThat(effect(answered(invoke(token, "DELETE", "acme", "reports/{id}"))))
                .isEqualTo("Allow");

        tenant.member("acme", "bob", "reader");
        JsonNode denied = answered(invoke(token, "DELETE", "acme", "reports/{id}"));
        JsonNode granted = answered(invoke(token, "GET", "acme", "reports"));

        assertThat(effect(denied)).isEqualTo("Deny");
        assertThat(denied.at("/context/denial").asString()).isEqualTo("insufficient-scope");
        assertThat(effect(granted)).isEqualTo("Allow");
        assertThat(granted.at("/context/scopeDrift").asString())
                .startsWith("action=refresh, demoted=(\"delete:report\"), organization=\"acme\"");
    }

    private static Outcome invoke(String token, String method, String organization, String route) throws Exception {
        String recorded = Files.readString(Path.of("src", "test", "resources", "aws", "authorizer-event.json"));
        return patiently(recorded.replace("TOKEN", token)
                .replace("GET", method)
                .replace("{organizationId}/reports", "{organizationId}/" + route)
                .replace("acme", organization)
                .replace("{\"organizationId\"", "{\"id\": \"7\", \"organizationId\""));
    }

    /** On a busy machine, the provider's answers may be too late. Then the client repeats the request. */
    private static Outcome patiently(String event) throws InterruptedException {
        Outcome outcome = runtime.invoke(function, event);
        for (int retries = 0; retries < MOST_RETRIES && outcome.body().contains("unavailable"); retries++) {
            outcome = runtime.invoke(function, event);
        }
        return outcome;
    }

    private static JsonNode answered(Outcome outcome) {
        assertThat(outcome.isError()).as(outcome.body()).isFalse();
        return JSON.readTree(outcome.body());
    }

    private static void assertUnauthorized(Outcome outcome) {
        assertThat(outcome.isError()).isTrue();
        assertThat(JSON.readTree(outcome.body()).path("errorMessage").asString())
                .isEqualTo("Unauthorized");
    }

    private static String effect(JsonNode answer) {
        return answer.at("/policyDocument/Statement/0/Effect").asString();
    }

    private static String token(String organization, String user) {
        return tokens.organization(organization)
                .with("iss", tenant.tenant().issuer())
                .subject(user)
                .scopes("read:report", "delete:report")
                .compact();
    }
}
