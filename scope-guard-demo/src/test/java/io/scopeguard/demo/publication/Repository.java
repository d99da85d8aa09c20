package io.scopeguard.demo.publication;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The file repository to which the build has deployed. */
final class Repository {

    static final Path ROOT = Path.of(Objects.requireNonNull(System.getProperty("publish.repository")));
    static final List<String> LIBRARIES = List.of(
            "scope-guard-core",
            "scope-guard-corretto",
            "scope-guard-spring",
            "scope-guard-spring-client",
            "scope-guard-spring-test",
            "scope-guard-logtobox");

    private Repository() {}

    /** The newest file of an artifact. */
    static Path file(String artifact, String ending) {
        try (Stream<Path> files = Files.walk(ROOT.resolve("io/scopeguard").resolve(artifact))) {
            return files.filter(file -> {
                        String name = file.getFileName().toString();
                        return name.startsWith(artifact) && name.endsWith(ending);
                    })
                    .filter(file -> ending.startsWith("-") || !file.toString().matches(".*-[a-z]+\\.jar"))
                    .sorted(java.util.Comparator.reverseOrder())
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + ending + " of " + artifact + " in " + ROOT));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
