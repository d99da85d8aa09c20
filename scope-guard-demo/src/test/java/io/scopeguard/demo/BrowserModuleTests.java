package io.scopeguard.demo;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Runs the tests of the browser package's modules, if Node 18 or newer is installed. The gate requires it. */
class BrowserModuleTests {

    private static final Path TESTS = Path.of("src", "test", "js");

    @Test
    void nodeTestsOfTheModulesPass() throws Exception {
        assumeTrue(Node.hasVersion(18) || Node.isGate(), "no Node 18 or newer on the path");

        try (Stream<Path> files = Files.list(TESTS)) {
            Node.test(Path.of("."), Map.of(), files.map(Path::toString).filter(name -> name.endsWith(".test.js")));
        }
    }
}
