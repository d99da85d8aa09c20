package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo as one file that runs: as it is, and with what Spring computed while it was built, as a native image would. */
@Tag("archive")
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
            assertThat(lines).noneMatch(line -> line.contains("ERROR"));
            assertThat(lines.stream().anyMatch(line -> line.contains("AOT-processed")))
                    .isEqualTo(aot);
            assertGuarded(page);
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

    private static void assertGuarded(String page) throws Exception {
        HttpResponse<String> refused = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(page + "/organizations/acme/reports"))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate").orElse(""))
                .startsWith("Bearer")
                .contains("resource_metadata");
        assertThat(refused.body()).contains("urn:problem-type:scope-guard:missing-token");
    }
}
