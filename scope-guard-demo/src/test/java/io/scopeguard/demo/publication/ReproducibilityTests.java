package io.scopeguard.demo.publication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second build of the same sources, in another folder, gives archives with the same bytes. */
@Tag("publish")
class ReproducibilityTests {

    private static final Path SOURCES = Path.of("..").toAbsolutePath().normalize();
    private static final Set<String> LEFT_OUT = Set.of(".git", "target", "node_modules");
    private static final List<String> MODULES = List.of(
            "scope-guard-core",
            "scope-guard-core/corretto",
            "scope-guard-spring",
            "scope-guard-spring/client",
            "scope-guard-spring/test",
            "scope-guard-demo/logtobox");

    @TempDir
    private Path copy;

    @Test
    void secondBuildThenTheSameBytes() throws IOException, InterruptedException {
        copySources();
        build();

        for (String module : MODULES) {
            for (Path archive : archives(copy.resolve(module).resolve("target"))) {
                Path first = SOURCES.resolve(module).resolve("target").resolve(archive.getFileName());
                assertThat(Files.mismatch(first, archive))
                        .as("%s, from a clean build", first)
                        .isEqualTo(-1);
            }
        }
    }

    private void copySources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(ReproducibilityTests::isSource).toList()) {
                Path target = copy.resolve(SOURCES.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static boolean isSource(Path file) {
        for (Path part : SOURCES.relativize(file)) {
            if (LEFT_OUT.contains(part.toString())) {
                return false;
            }
        }
        return true;
    }

    /** Tests are compiled, but not run, because modules need the test classes of others. */
    private void build() throws IOException, InterruptedException {
        Path log = copy.resolve("maven.log");
        List<String> command = new ArrayList<>(List.of("mvn", "-B", "-ntp", "-o", "-Ppublish", "package"));
        command.addAll(List.of("-pl", String.join(",", MODULES), "-DskipTests"));
        command.add("-Dmaven.repo.local=" + System.getProperty("publish.localRepository"));
        Process process = new ProcessBuilder(command)
                .directory(copy.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(10, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertThat(ended).as(Files.readString(log)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(log)).isZero();
    }

    /** The archives of classes, sources and documentation. */
    private static List<Path> archives(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> archives = files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> !file.toString().endsWith("-tests.jar"))
                    .toList();
            assertThat(archives).hasSizeGreaterThanOrEqualTo(2);
            return archives;
        }
    }
}
