package io.scopeguard.demo.publication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.slf4j.LoggerFactory;

/** The artifacts, as they would be published. */
@Tag("publish")
class PublicationTests {

    private static final List<String> LIBRARIES = Repository.LIBRARIES;

    /** The properties that a publisher sets, and the elements of the POM that they fill. */
    private static final Map<String, String> PASSED = Map.of(
            "publish.url", "<project[^>]*>.*?</description>\\s*<url>(.*?)</url>",
            "publish.scm", "<scm.*?<connection>scm:git:(.*?)</connection>",
            "publish.developer", "<developer>\\s*<name>(.*?)</name>");

    @ParameterizedTest
    @FieldSource("LIBRARIES")
    void everyArchiveHasItsSourcesAndDocumentation(String artifact) throws IOException {
        assertThat(names(artifact, "-sources.jar")).anyMatch(name -> name.endsWith(".java"));
        assertThat(names(artifact, "-javadoc.jar")).contains("index.html");
    }

    @ParameterizedTest
    @FieldSource("LIBRARIES")
    void everyArchiveNamesItsLicenceAndModule(String artifact) throws IOException {
        try (JarFile jar = new JarFile(Repository.file(artifact, ".jar").toFile())) {
            assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
            assertThat(Objects.requireNonNull(jar.getManifest())
                            .getMainAttributes()
                            .getValue("Automatic-Module-Name"))
                    .startsWith("io.scopeguard");
        }
    }

    @ParameterizedTest
    @FieldSource("LIBRARIES")
    void everyEntryOfAnArchiveHasTheSameTime(String artifact) throws IOException {
        try (JarFile jar = new JarFile(Repository.file(artifact, ".jar").toFile())) {
            List<FileTime> times = new ArrayList<>();
            for (JarEntry entry : Collections.list(jar.entries())) {
                times.add(entry.getLastModifiedTime());
            }
            assertThat(times.stream().map(FileTime::toInstant).distinct())
                    .singleElement()
                    .satisfies(time -> assertThat(time).isBefore(Instant.parse("2026-11-23T00:00:00Z")));
        }
    }

    @ParameterizedTest
    @FieldSource("LIBRARIES")
    void everyPomStandsAlone(String artifact) throws IOException {
        String pom = Files.readString(Repository.file(artifact, ".pom"));
        assertThat(pom)
                .contains("<name>", "<description>", "<license>", "<scm", "https://www.apache.org/licenses/")
                .doesNotContain("${", "<parent>", "<scope>test</scope>");
    }

    @Test
    void parentIsABillOfMaterials() throws IOException {
        String pom = Files.readString(Repository.file("scope-guard", ".pom"));
        assertThat(pom).contains("<packaging>pom</packaging>").doesNotContain("${", "<modules>");
        LIBRARIES.forEach(artifact -> assertThat(pom).contains("<artifactId>" + artifact + "</artifactId>"));
    }

    /** Without a publisher, the POM contains no invented addresses. */
    @Test
    void everyDetailOfThePublisherIsPassedOrMissing() throws IOException {
        String pom = Files.readString(Repository.file("scope-guard-core", ".pom"));
        PASSED.forEach((property, element) -> {
            var matcher = Pattern.compile(element, Pattern.DOTALL).matcher(pom);
            assertThat(matcher.find()).as(property).isTrue();
            assertThat(matcher.group(1)).as(property).isEqualTo(System.getProperty(property, ""));
            if (matcher.group(1).isEmpty()) {
                LoggerFactory.getLogger(PublicationTests.class).warn("Pass -D{}=... before you publish.", property);
            }
        });
    }

    private static List<String> names(String artifact, String ending) throws IOException {
        try (JarFile jar = new JarFile(Repository.file(artifact, ending).toFile())) {
            return jar.stream().map(JarEntry::getName).toList();
        }
    }
}
