package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.Denial;
import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.InvalidTokenException;
import io.scopeguard.provider.PermissionsUnavailableException;
import io.scopeguard.provider.TokenKind;
import io.scopeguard.remedy.Remedy;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.token.KeyListener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tables of properties and meters in the documentation match the code. */
class DocumentationTests {

    /** Written by Spring Boot's annotation processor in this build. */
    private static final String METADATA = "/META-INF/spring-configuration-metadata.json";

    /** Not in paths of files, such as those of the bill of materials. */
    private static final Pattern PROPERTY = Pattern.compile("(?<![\\w/-])scope-guard(\\.[a-z0-9-]+)+");

    /** A link for further reading, in parentheses. */
    private static final Pattern REFERENCE = Pattern.compile("\\s*\\(\\[[^]]*]\\([^)]*\\)\\)");

    private static final Pattern LINK = Pattern.compile("\\[([^]]*)]\\([^)]*\\)");

    private final MovableClock clock = MovableClock.atNoon();

    @Test
    void everyMeterIsDocumentedWithItsTags() throws IOException {
        String acme = TenantServer.newId("acme");
        try (TenantServer tenant = new TenantServer(clock);
                RunningApi api = RunningApi.start(tenant, clock, List.of(), GuardedApi.class, Meters.class)) {
            String user = tenant.newUser();
            tenant.join(acme, user, "read:report", "invite:member");
            api.get("/organizations/" + acme + "/reports", tenant.organizationToken(acme, user, "read:report"));
            api.get("/me", "opaque");

            List<Meter.Id> meters = api.bean(MeterRegistry.class).getMeters().stream()
                    .map(Meter::getId)
                    .filter(id -> id.getName().startsWith("scopeguard."))
                    .toList();
            assertThat(meters).hasSizeGreaterThan(10);
            for (Meter.Id id : meters) {
                String row = row(id.getName() + "` (" + id.getType().name().toLowerCase(Locale.ROOT) + ")");
                id.getTags().forEach(tag -> assertThat(row).contains(shown(tag)));
            }
        }
    }

    static Stream<Arguments> tagValues() {
        return Stream.of(
                Arguments.of("scopeguard.verifications", InvalidTokenException.Reason.values()),
                Arguments.of("scopeguard.decisions", Denial.values()),
                Arguments.of("scopeguard.decisions", TokenKind.values()),
                Arguments.of("scopeguard.drift", Remedy.values()),
                Arguments.of(
                        "scopeguard.provider.calls",
                        Stream.of(PermissionsUnavailableException.Reason.values())
                                // A reason of many answers together, not of a single one.
                                .filter(reason -> reason != PermissionsUnavailableException.Reason.IMPLAUSIBLE)
                                .toArray(Enum<?>[]::new)),
                Arguments.of("scopeguard.keys.fetches", KeyListener.Outcome.values()),
                Arguments.of("scopeguard.webhooks", EventReceiver.Outcome.values()));
    }

    @ParameterizedTest
    @MethodSource("tagValues")
    void everyValueOfATagIsDocumented(String meter, Enum<?>[] values) throws IOException {
        assertThat(row(meter + "`"))
                .contains(Stream.of(values)
                        .map(value -> '`' + value.name().toLowerCase(Locale.ROOT) + '`')
                        .toList());
    }

    @Test
    void everyPropertyIsDocumentedWithItsDefault() throws IOException {
        List<JsonNode> properties = properties();
        assertThat(properties).hasSizeGreaterThan(20);
        for (JsonNode property : properties) {
            String row = row(property.path("name").stringValue());
            if (property.has("defaultValue")) {
                assertThat(row).contains("` | `" + text(property.path("defaultValue")) + "` |");
            }
        }
    }

    /** The library's properties. Those of Spring Boot, which each endpoint of the actuator has, are left out. */
    private static List<JsonNode> properties() throws IOException {
        try (InputStream metadata = Objects.requireNonNull(DocumentationTests.class.getResourceAsStream(METADATA))) {
            List<JsonNode> properties = new ArrayList<>();
            JsonMapper.shared().readTree(metadata).path("properties").forEach(properties::add);
            properties.removeIf(property -> !property.path("name").stringValue().startsWith("scope-guard."));
            return properties;
        }
    }

    /** The clients' own properties are rows of the table, but one property of the metadata. */
    @Test
    void everyPropertyHasTheSameDescriptionInTheMetadata() throws IOException {
        for (JsonNode property : properties()) {
            String name = property.path("name").stringValue();
            if (!name.equals("scope-guard.clients")) {
                String[] cells = row(name).split("\\|");
                assertThat(property.path("description").stringValue())
                        .as(name)
                        .isEqualTo(sentence(cells[3]) + defaultSentence(cells[2].strip()));
            }
        }
    }

    private static String sentence(String cell) {
        String text = REFERENCE.matcher(cell).replaceAll("");
        text = LINK.matcher(text).replaceAll("$1").replace("`", "").strip();
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    /** Literal defaults are in the metadata themselves. */
    private static String defaultSentence(String cell) {
        boolean isLiteral = cell.isEmpty() || cell.equals("–") || cell.matches("`[^`]*`");
        return isLiteral ? "" : " Defaults to " + cell.replace("`", "") + ".";
    }

    @Test
    void everyPropertyThatADocumentNamesExists() throws IOException {
        Set<String> names = new TreeSet<>();
        Set<String> maps = new TreeSet<>();
        for (JsonNode property : properties()) {
            names.add(property.path("name").stringValue());
            if (property.path("type").stringValue().startsWith("java.util.Map")) {
                maps.add(property.path("name").stringValue() + ".");
            }
        }
        Set<String> unknown = new TreeSet<>();
        int found = 0;
        for (Path page : pages()) {
            for (MatchResult match :
                    PROPERTY.matcher(Files.readString(page)).results().toList()) {
                String name = match.group();
                boolean isGroup = names.stream().anyMatch(known -> known.startsWith(name + "."));
                if (!names.contains(name) && !isGroup && maps.stream().noneMatch(name::startsWith)) {
                    unknown.add(page.getFileName() + ": " + name);
                }
                found++;
            }
        }

        assertThat(found).isGreaterThan(100);
        assertThat(unknown).isEmpty();
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> root = Files.list(Path.of(".."));
                Stream<Path> docs = Files.walk(Path.of("..", "docs"))) {
            return Stream.concat(root, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
        }
    }

    private static String text(JsonNode value) {
        return value.isArray() ? value.path(0).asString() : value.asString();
    }

    /** The operations are too many to list all. */
    private static List<String> shown(Tag tag) {
        String key = '`' + tag.getKey() + "`: ";
        return tag.getKey().equals("operation") ? List.of(key) : List.of(key, '`' + tag.getValue() + '`');
    }

    private static String row(String begin) throws IOException {
        List<String> rows = new ArrayList<>();
        for (String page : List.of("configuration.md", "operations.md")) {
            rows.addAll(Files.readAllLines(Path.of("..", "docs", page)));
        }
        rows.removeIf(line -> !line.startsWith("| `" + begin));
        assertThat(rows).as(begin).isNotEmpty();
        return rows.get(0);
    }

    @Configuration(proxyBeanMethods = false)
    static class Meters {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }
}
