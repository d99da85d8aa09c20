package io.scopeguard.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * The demo as an executable archive: started normally, and with the results of Spring's ahead-of-time processing, like a native
 * image.
 */
@Tag("archive")
@Timeout(300)
class ArchiveTests {

    private static final Pattern PAGE = Pattern.compile("Open +(http://localhost:[0-9]+)/");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void archiveWhenStartedThenGuarded(boolean aot) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dspring.aot.enabled=" + aot,
                        "-jar",
                        Objects.requireNonNull(System.getProperty("demo.archive")),
                        "--server.port=0",
                        "--demo.provider.port=0")
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = process.inputReader()) {
            List<String> lines = new ArrayList<>();
            String page = pageIn(output, lines);
            readUntilSignaturesAreLoaded(output, lines);
            assertThat(lines).noneMatch(line -> line.contains("ERROR"));
            assertThat(lines.stream().anyMatch(line -> line.contains("AOT-processed")))
                    .isEqualTo(aot);
            assertGuarded(page, "/organizations/acme/reports");
            assertGuarded(page, "/mcp");
            assertDecides(page);
        } finally {
            process.destroyForcibly();
        }
    }

    /** The address in the line of the welcome that starts with "Open". */
    private static String pageIn(BufferedReader output, List<String> lines) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            Matcher page = PAGE.matcher(line);
            if (page.matches()) {
                return page.group(1);
            }
        }
        throw new AssertionError(String.join("\n", lines));
    }

    /** Loading begins when the application is ready, without a token. One line says who verifies, on each platform. */
    private static void readUntilSignaturesAreLoaded(BufferedReader output, List<String> lines) throws IOException {
        while (lines.stream().noneMatch(line -> line.contains("Tokens are verified by"))) {
            String line = output.readLine();
            assertThat(line).as(() -> String.join("\n", lines)).isNotNull();
            lines.add(line);
        }
    }

    /** By live permissions: the agent may read and write reports. */
    private static void assertDecides(String page) throws Exception {
        String token = token(page);
        String reports = page + "/organizations/acme/reports";
        HttpResponse<String> granted = send(HttpRequest.newBuilder(URI.create(reports)), token);
        assertThat(granted.statusCode()).as(granted.body()).isEqualTo(200);
        HttpResponse<String> refused =
                send(HttpRequest.newBuilder(URI.create(reports + "/1")).DELETE(), token);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
        assertThat(refused.body()).contains("urn:problem-type:scope-guard:insufficient-scope");
        HttpResponse<String> elsewhere =
                send(HttpRequest.newBuilder(URI.create(page + "/organizations/globex/reports")), token);
        assertThat(elsewhere.statusCode()).as(elsewhere.body()).isEqualTo(403);
    }

    /** An application's token from the embedded provider, which the API's metadata name. */
    private static String token(String page) throws Exception {
        HttpResponse<String> metadata =
                send(HttpRequest.newBuilder(URI.create(page + "/.well-known/oauth-protected-resource")));
        String issuer = JsonMapper.shared()
                .readTree(metadata.body())
                .path("authorization_servers")
                .path(0)
                .asString("");
        String form =
                "grant_type=client_credentials&organization_id=acme&scope=read:report%20write:report%20delete:report";
        String agent = Base64.getEncoder().encodeToString("demo-agent:demo-agent-secret".getBytes(US_ASCII));
        HttpResponse<String> response = send(HttpRequest.newBuilder(URI.create(issuer + "/token"))
                .header("Authorization", "Basic " + agent)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JsonMapper.shared()
                .readTree(response.body())
                .path("access_token")
                .asString("");
    }

    private static HttpResponse<String> send(HttpRequest.Builder request, String token) throws Exception {
        return send(request.header("Authorization", "Bearer " + token));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    private static void assertGuarded(String page, String path) throws Exception {
        HttpResponse<String> refused = send(HttpRequest.newBuilder(URI.create(page + path)));
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElse(""))
                .startsWith("Bearer")
                .contains("resource_metadata");
        assertThat(refused.body()).contains("urn:problem-type:scope-guard:missing-token");
    }
}
