package io.scopeguard.demo.publication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new Spring Boot project, made by the steps of the README and of the page about OpenAPI, built by Maven with the published
 * artifacts: a guarded controller and its test, probes, an OpenAPI document, and the endpoint that explains decisions.
 */
@Tag("publish")
class NewProjectTests {

    private static final String README = read(Path.of("..", "README.md"));
    private static final String OPENAPI = read(Path.of("..", "docs", "openapi.md"));

    /** Lets operators ask the endpoint, which needs a port of its own for that. */
    private static final String ACTUATOR = "management.endpoints.web.exposure.include=health,scopeguard\n";

    /** What Spring Initializr gives, which the README does not repeat. */
    private static final String POM = """
            <project>
              <modelVersion>4.0.0</modelVersion>
              <parent>
                <groupId>org.springframework.boot</groupId>
                <artifactId>spring-boot-starter-parent</artifactId>
                <version>%s</version>
                <relativePath/>
              </parent>
              <groupId>com.example</groupId>
              <artifactId>reports</artifactId>
              <version>1</version>
              <properties><java.version>17</java.version></properties>
              <dependencies>
            %s
                <dependency>
                  <groupId>org.springframework.boot</groupId>
                  <artifactId>spring-boot-starter-actuator</artifactId>
                </dependency>
              </dependencies>
            </project>
            """;

    /** Repositories of this machine before those of the Internet. */
    private static final String SETTINGS = """
            <settings>
              <profiles>
                <profile>
                  <id>here</id>
                  <repositories>
                    <repository><id>published</id><url>%1$s</url></repository>
                    <repository><id>cached</id><url>%2$s</url></repository>
                  </repositories>
                  <pluginRepositories>
                    <pluginRepository><id>cached</id><url>%2$s</url></pluginRepository>
                  </pluginRepositories>
                </profile>
              </profiles>
              <activeProfiles><activeProfile>here</activeProfile></activeProfiles>
            </settings>
            """;

    @TempDir
    private Path project;

    @Test
    void stepsOfTheReadmeThenAGuardedApplication() throws IOException, InterruptedException {
        String dependencies = String.join("\n", blocks(README, "xml")) + "\n"
                + blocks(OPENAPI, "xml").get(0);
        write("pom.xml", POM.formatted(System.getProperty("spring-boot.version"), dependencies));
        write("settings.xml", SETTINGS.formatted(uri(Repository.ROOT), uri(localRepository())));
        String properties = blocks(README, "properties").get(0)
                + blocks(OPENAPI, "properties").get(0)
                + ACTUATOR;
        write("src/main/resources/application.properties", properties);
        write("src/main/java/com/example/Application.java", Files.readString(template("Application.java")));
        write("src/main/java/com/example/ReportController.java", controller());
        write("src/test/java/com/example/ReportControllerTests.java", controllerTests());
        write("src/test/java/com/example/ApplicationTests.java", Files.readString(template("ApplicationTests.java")));

        String log = maven("verify");

        assertThat(log).contains("BUILD SUCCESS").contains("Tests run: ").doesNotContain("Failures: 1");
        assertThat(ownLines()).isLessThan(40);
    }

    /** The README's handler, in the class that an application's author writes around it. */
    private static String controller() throws IOException {
        return Files.readString(template("ReportController.java"))
                .replace("// handler", blocks(README, "java").get(0));
    }

    private static String controllerTests() throws IOException {
        return Files.readString(template("ReportControllerTests.java"))
                .replace("// test", blocks(README, "java").get(1));
    }

    private static Path template(String name) {
        return Path.of("src", "test", "new-project", name);
    }

    /** Lines of Java and properties, without those of tests, imports and blank ones. */
    private long ownLines() throws IOException {
        long lines = 0;
        try (var files = Files.walk(project.resolve("src/main"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                lines += Files.readAllLines(file).stream()
                        .filter(line -> !line.isBlank() && !line.startsWith("import ") && !line.startsWith("package "))
                        .count();
            }
        }
        return lines;
    }

    private String maven(String phase) throws IOException, InterruptedException {
        Path log = project.resolve("maven.log");
        List<String> command = new ArrayList<>(List.of("mvn", "-B", "-ntp", "-gs", "settings.xml"));
        command.addAll(List.of("-Dmaven.repo.local=" + project.resolve("repository"), phase));
        Process process = new ProcessBuilder(command)
                .directory(project.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(10, TimeUnit.MINUTES);
        process.destroyForcibly();
        String output = Files.readString(log);
        assertThat(ended).as(output).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private void write(String name, String content) throws IOException {
        Path file = project.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, content);
    }

    private static String uri(Path folder) {
        return folder.toUri().toString();
    }

    private static Path localRepository() {
        return Path.of(Objects.requireNonNull(System.getProperty("publish.localRepository")));
    }

    private static List<String> blocks(String page, String language) {
        Matcher block =
                Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(page);
        List<String> found = new ArrayList<>();
        while (block.find()) {
            found.add(block.group(1));
        }
        return found.stream().collect(Collectors.toUnmodifiableList());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
