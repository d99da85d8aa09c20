package io.scopeguard.logto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.scope.Scopes;
import io.scopeguard.signal.ScopeDriftHint;
import io.scopeguard.testing.DocumentedProgram;
import io.scopeguard.testing.FakeLogto;
import io.scopeguard.testing.TestTokens;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in the documentation, compiled and run in a separate process with a tenant. */
class WithoutSpringTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final TestTokens tokens = new TestTokens(Clock.systemUTC());
    private static final FakeLogto tenant = new FakeLogto()
            .publish(new JWKSet(tokens.key()).toString(true))
            .organizationRole("reader", "read:report")
            .organizationRole("admin", "read:report", "delete:report");

    @TempDir
    private static Path directory;

    private static Process program;
    private static URI api;

    @BeforeAll
    static void run() throws IOException {
        DocumentedProgram.compile(
                Files.readString(Path.of("..", "docs", "without-spring.md")), "ReportsApi", directory);
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                directory + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                "ReportsApi");
        builder.environment().put("LOGTO_ENDPOINT", tenant.tenant().endpoint().toString());
        builder.environment().put("LOGTO_APP_ID", "app");
        builder.environment().put("LOGTO_APP_SECRET", "secret");
        builder.environment().put("PORT", "0");
        program = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
        api = URI.create("http://127.0.0.1:" + announcedPort());
    }

    private static String announcedPort() throws IOException {
        BufferedReader output = program.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("Listening on port ")) {
                return line.substring("Listening on port ".length());
            }
        }
        throw new AssertionError("the program ended with " + program.exitValue());
    }

    @AfterAll
    static void stop() {
        if (program != null) {
            program.destroy();
        }
        tenant.close();
        tokens.close();
    }

    @Test
    void getWhenNoTokenOrInvalidTokenThenUnauthorized() throws Exception {
        HttpResponse<String> missing = send("GET", "acme", null);
        HttpResponse<String> opaque = send("GET", "acme", "abc");

        assertThat(missing.statusCode()).isEqualTo(401);
        assertThat(missing.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertThat(opaque.statusCode()).isEqualTo(401);
        assertThat(opaque.headers().firstValue("WWW-Authenticate").orElseThrow())
                .startsWith("Bearer error=\"invalid_token\"");
        assertThat(opaque.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @Test
    void getWhenTokenIsForTheOrganizationThenGrantedThereOnly() throws Exception {
        tenant.member("acme", "reader-of-acme", "reader");
        String token = token(tokens.organization("acme"), "reader-of-acme", "read:report");

        HttpResponse<String> granted = send("GET", "acme", token);
        HttpResponse<String> other = send("GET", "globex", token);

        assertThat(granted.statusCode()).isEqualTo(200);
        assertThat(granted.body()).isEqualTo("The reports of acme");
        assertThat(granted.headers().firstValue("Scope-Drift")).isEmpty();
        assertThat(other.statusCode()).isEqualTo(403);
        assertThat(other.body()).contains("organization-mismatch");
    }

    @Test
    void getWhenTokenIsForAResourceThenWrongKind() throws Exception {
        String token =
                token(tokens.organizationResource("acme").with("aud", "https://api.example.com"), "bob", "read:report");

        HttpResponse<String> refused = send("GET", "acme", token);

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("wrong-token-kind");
    }

    @Test
    void deleteWhenDemotedThenForbiddenWithDrift() throws Exception {
        tenant.member("acme", "carol", "admin");
        String token = token(tokens.organization("acme"), "carol", "read:report", "delete:report");
        assertThat(send("DELETE", "acme", token).statusCode()).isEqualTo(200);

        tenant.member("acme", "carol", "reader");
        // A slow read does not delay the response: the program uses the known facts.
        HttpResponse<String> refused = await().atMost(PATIENCE)
                .until(() -> send("DELETE", "acme", token), response -> response.statusCode() != 200);

        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("insufficient-scope").contains("\"action\":\"refresh\"");
        assertThat(refused.headers().firstValue("Cache-Control")).hasValue("no-store");
        ScopeDriftHint hint = ScopeDriftHint.parse(
                        refused.headers().firstValue("Scope-Drift").orElseThrow())
                .orElseThrow();
        assertThat(hint.action()).isEqualTo(Remedy.REFRESH);
        assertThat(hint.demoted().names()).isEqualTo(Scopes.of("delete:report"));
    }

    private static String token(TestTokens.Token token, String subject, String... scopes) {
        return token.with("iss", tenant.tenant().issuer())
                .subject(subject)
                .scopes(scopes)
                .compact();
    }

    private static HttpResponse<String> send(String method, String organization, @Nullable String token)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.resolve("/organizations/" + organization + "/reports"))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(PATIENCE);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
