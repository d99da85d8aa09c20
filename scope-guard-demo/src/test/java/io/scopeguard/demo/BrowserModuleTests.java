package io.scopeguard.demo;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The modules of the browser package, by their own tests. They run wherever there is Node 18 or newer; the gate insists on it. */
class BrowserModuleTests {

    private static final Path TESTS = Path.of("src", "test", "js");

    @Test
    void itsOwnTestsPass() throws Exception {
        assumeTrue(Node.hasVersion(18) || Node.isGate(), "no Node 18 or newer on the path");

        try (Stream<Path> files = Files.list(TESTS)) {
            Node.test(Path.of("."), Map.of(), files.map(Path::toString).filter(name -> name.endsWith(".test.js")));
        }
    }
}
