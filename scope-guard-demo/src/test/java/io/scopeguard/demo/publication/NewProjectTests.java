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
 * A new Spring Boot project, made by the steps of the README alone, built by Maven with the published artifacts: a guarded
 * controller and its test, probes, an OpenAPI document, and the endpoint that explains decisions.
 */
@Tag("publish")
class NewProjectTests {

    private static final String README = read(Path.of("..", "README.md"));

    /** Checks the application of the README, and does not belong to it. */
    private static final String SMOKE_TEST = "src/test/java/com/example/ApplicationTests.java";

    /** The package declaration and imports that an editor adds to the README's code. */
    private static final String IMPORTS = """
            package com.example;

            import static io.scopeguard.spring.test.TestAccessToken.organizationToken;
            import static org.assertj.core.api.Assertions.assertThat;

            import io.scopeguard.spring.test.WithOrganizationToken;
            import org.junit.jupiter.api.Test;
            import org.springframework.beans.factory.annotation.Autowired;
            import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
            import org.springframework.test.web.servlet.assertj.MockMvcTester;
            import io.scopeguard.spring.RequiresScopes;
            import java.util.List;
            import org.springframework.web.bind.annotation.GetMapping;
            import org.springframework.web.bind.annotation.PathVariable;
            import org.springframework.web.bind.annotation.RestController;

            """;

    /** Instead of versions. */
    private static final String BILL_OF_MATERIALS = """
              <dependencyManagement>
                <dependencies>
                  <dependency>
                    <groupId>io.scopeguard</groupId>
                    <artifactId>scope-guard</artifactId>
                    <version>0.1.0-SNAPSHOT</version>
                    <type>pom</type>
                    <scope>import</scope>
                  </dependency>
                </dependencies>
              </dependencyManagement>
            """;

    /** The files from Spring Initializr, which the README does not repeat. */
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
            %s
              <dependencies>
            %s
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
        project("", dependencies());

        String log = maven("verify");

        assertThat(log).contains("BUILD SUCCESS").contains("Tests run: ").doesNotContain("Failures: 1");
        assertThat(ownLines()).isLessThan(40);
    }

    @Test
    void versionsOfTheBillOfMaterialsThenTheSameArtifacts() throws IOException, InterruptedException {
        String withoutVersions = Pattern.compile(
                        "(<groupId>io\\.scopeguard</groupId>\\s*<artifactId>[^<]*</artifactId>)"
                                + "\\s*<version>[^<]*</version>")
                .matcher(dependencies())
                .replaceAll("$1");
        assertThat(withoutVersions).isNotEqualTo(dependencies()).doesNotContain("SNAPSHOT");
        project(BILL_OF_MATERIALS, withoutVersions);

        assertThat(maven("test-compile")).contains("BUILD SUCCESS");
    }

    private static String dependencies() {
        return String.join("\n", blocks(README, "xml"));
    }

    private void project(String management, String dependencies) throws IOException {
        write("pom.xml", POM.formatted(System.getProperty("spring-boot.version"), management, dependencies));
        write("settings.xml", SETTINGS.formatted(uri(Repository.ROOT), uri(localRepository())));
        write("src/main/resources/application.properties", String.join("", blocks(README, "properties")));
        write("src/main/java/com/example/Application.java", Files.readString(template("Application.java")));
        for (String code : blocks(README, "java")) {
            String type = type(code);
            boolean isTest = type.endsWith("Tests");
            String header = isTest
                    ? IMPORTS
                    : IMPORTS.lines()
                            .filter(line -> !line.contains("test")
                                    && !line.contains("Autowired")
                                    && !line.contains("junit")
                                    && !line.contains("assertj"))
                            .collect(Collectors.joining("\n"));
            write("src/" + (isTest ? "test" : "main") + "/java/com/example/" + type + ".java", header + "\n" + code);
        }
        write(SMOKE_TEST, Files.readString(template("ApplicationTests.java")));
    }

    /** The class that a block of code declares. */
    private static String type(String code) {
        Matcher type = Pattern.compile("^class (\\w+)", Pattern.MULTILINE).matcher(code);
        assertThat(type.find()).as(code).isTrue();
        return type.group(1);
    }

    private static Path template(String name) {
        return Path.of("src", "test", "new-project", name);
    }

    /** Lines of Java and properties, with the README's test, without imports and blank lines. */
    private long ownLines() throws IOException {
        long lines = 0;
        try (var files = Files.walk(project.resolve("src"))) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith(SMOKE_TEST))
                    .toList()) {
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
