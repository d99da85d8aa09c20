package io.scopeguard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The map of the code names every module and package, and the table of remedies is that of the Javadoc. */
class DocumentTablesTests {

    private static final Path ROOT = Path.of("..");
    private static final String CORE = "scope-guard-core/src/main/java/io/scopeguard";
    private static final String STARTER = "scope-guard-spring/src/main/java/io/scopeguard";
    private static final Pattern MAP = Pattern.compile("## Map\\s+```\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern NAMES = Pattern.compile("( *)(\\S+(?:, \\S+)*) {2,}\\S.*");
    private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");
    private static final Pattern REMEDIES = Pattern.compile("## Remedies\\s(.*?)\\n## ", Pattern.DOTALL);

    @Test
    void mapNamesAllModulesAndPackages() throws IOException {
        List<String> expected = new ArrayList<>(
                all(MODULE, read("pom.xml")).map(module -> module.group(1)).toList());
        expected.addAll(folders("scope-guard-core: ", CORE));
        expected.addAll(folders("scope-guard-spring: ", STARTER + "/spring"));
        expected.add("scope-guard-spring: redis");

        assertThat(expected).hasSizeGreaterThan(40);
        assertThat(mapped()).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** Modules, and packages with the module above them. */
    private static List<String> mapped() throws IOException {
        List<String> names = new ArrayList<>();
        String module = "";
        for (String line : section(MAP, read("CONTRIBUTING.md")).split("\n")) {
            Matcher entry = NAMES.matcher(line);
            assertThat(entry.matches()).as(line).isTrue();
            String prefix = entry.group(1).isEmpty() ? "" : module + ": ";
            if (prefix.isEmpty()) {
                module = entry.group(2);
            }
            Stream.of(entry.group(2).split(", "))
                    .filter(name -> !name.equals("(root)"))
                    .forEach(name -> names.add(prefix + name));
        }
        return names;
    }

    private static List<String> folders(String prefix, String parent) throws IOException {
        try (Stream<Path> children = Files.list(ROOT.resolve(parent))) {
            return children.filter(Files::isDirectory)
                    .map(child -> prefix + child.getFileName())
                    .toList();
        }
    }

    @Test
    void tableOfRemediesIsThatOfTheJavadoc() throws IOException {
        String javadoc = read(CORE + "/remedy/package-info.java").replaceAll("\\s*\\n \\*\\s*", " ");
        List<List<String>> rules = all(Pattern.compile("<tr>(.*?)</tr>"), javadoc)
                .map(row -> all(Pattern.compile("<t[dh]>(.*?)</t[dh]>"), row.group(1))
                        .map(cell -> cell.group(1))
                        .toList())
                .toList();
        List<List<String>> documented = section(REMEDIES, read("docs/how-it-works.md"))
                .lines()
                .filter(line -> line.startsWith("| "))
                .map(DocumentTablesTests::cells)
                .toList();

        assertThat(rules).hasSizeGreaterThan(9);
        assertThat(documented).isEqualTo(rules);
    }

    private static List<String> cells(String row) {
        return Arrays.stream(row.substring(1).split("\\|")).map(String::strip).toList();
    }

    private static String section(Pattern pattern, String text) {
        return all(pattern, text).findFirst().orElseThrow().group(1);
    }

    private static Stream<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }

    private static String read(String file) throws IOException {
        return Files.readString(ROOT.resolve(file));
    }
}
