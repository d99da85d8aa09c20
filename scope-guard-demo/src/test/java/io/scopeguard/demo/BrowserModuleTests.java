package io.scopeguard.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The module for browsers, by its own tests. They run wherever there is Node 18 or newer; the gate insists on it. */
class BrowserModuleTests {

    private static final Path TESTS = Path.of("src", "test", "js");
    private static final int OLDEST_NODE = 18;

    @TempDir
    private Path folder;

    @Test
    void itsOwnTestsPass() throws Exception {
        assumeTrue(hasNode() || isGate(), "no Node 18 or newer on the path");

        Run run = run(Stream.concat(Stream.of("node", "--test"), testFiles()).toList());

        assertThat(run.status()).as(run.output()).isZero();
    }

    private boolean hasNode() throws InterruptedException {
        try {
            String version = run(List.of("node", "--version")).output().strip();
            return version.matches("v\\d+\\..*")
                    && Integer.parseInt(version.substring(1, version.indexOf('.'))) >= OLDEST_NODE;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isGate() {
        return "true".equals(System.getenv("CI"));
    }

    private static Stream<String> testFiles() throws IOException {
        try (Stream<Path> files = Files.list(TESTS)) {
            List<String> tests = files.map(Path::toString)
                    .filter(name -> name.endsWith(".test.js"))
                    .sorted()
                    .toList();
            assertThat(tests).isNotEmpty();
            return tests.stream();
        }
    }

    private Run run(List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "node", ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(3, TimeUnit.MINUTES);
        process.destroyForcibly();
        return new Run(ended ? process.exitValue() : -1, Files.readString(output));
    }

    private record Run(int status, String output) {}
}
