package io.scopeguard;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.scopeguard.testing.PublicApi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The order of packages follows the data: each imports only packages before it, and each library is used in one place. */
@AnalyzeClasses(packages = "io.scopeguard", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String ROOT = "io.scopeguard";

    /** In the order of the data. The providers come last, and no other package depends on them. */
    private static final List<String> ORDER = List.of(
            ROOT + ".annotation",
            ROOT + ".time",
            ROOT + ".scope",
            ROOT + ".role",
            ROOT + ".provider",
            ROOT + ".provider.http",
            ROOT + ".token",
            ROOT + ".organization",
            ROOT + ".permission.flight",
            ROOT + ".permission.fact",
            ROOT + ".permission.read",
            ROOT + ".permission",
            ROOT + ".drift",
            ROOT + ".remedy",
            ROOT,
            ROOT + ".signal",
            ROOT + ".logto",
            ROOT + ".keycloak",
            ROOT + ".auth0",
            ROOT + ".aws");

    /** Each depends on the core, and no other package depends on them. */
    private static final List<String> PROVIDERS = List.of(ROOT + ".logto", ROOT + ".keycloak", ROOT + ".auth0");

    /**
     * The sources of the published API of all modules. Types in other packages of Logtobox are public only for its own packages.
     */
    private static final List<String> SOURCES = List.of(
            "scope-guard-core/src/main/java",
            "scope-guard-core/corretto/src/main/java",
            "scope-guard-spring/src/main/java",
            "scope-guard-spring/test/src/main/java",
            "scope-guard-spring/client/src/main/java",
            "scope-guard-demo/logtobox/src/main/java/io/scopeguard/logtobox/LogtoBox.java",
            "scope-guard-demo/logtobox/src/main/java/io/scopeguard/logtobox/directory");

    private static final Path LOGTOBOX = Path.of("..", "scope-guard-demo/logtobox/src/main/java");
    private static final Pattern INTERNAL = Pattern.compile("(?m)^@Internal$");
    private static final Pattern INTERNAL_ELEMENT = Pattern.compile("(?m)^ *@Internal$");
    private static final Pattern NESTED_TYPE =
            Pattern.compile("(?m)^    public (?:[a-z-]+ )*(?:class|interface|record|enum) ");
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package (.*);$");
    private static final Pattern HIDDEN_PACKAGES =
            Pattern.compile("<excludePackageNames>([^<]*)</excludePackageNames>");
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("(?m)^public (?:[a-z-]+ )*(?:class|interface|record|enum|@interface) ");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.scopeguard.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coreIsFreeOfFrameworks = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "io.micrometer..", "jakarta..", "javax.servlet..");

    /** A thread pool counts under the lock that it also holds while it starts threads, so that requests would wait for it. */
    @ArchTest
    static final ArchRule noThreadPoolIsAskedForItsThreads = noClasses()
            .should()
            .callMethod(ThreadPoolExecutor.class, "getActiveCount")
            .orShould()
            .callMethod(ThreadPoolExecutor.class, "getPoolSize")
            .orShould()
            .callMethod(ThreadPoolExecutor.class, "getTaskCount");

    @ArchTest
    static final ArchRule joseStaysInToken = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".token")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.nimbusds..");

    @ArchTest
    static final ArchRule bucket4jStaysWhereCallsAreCounted = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".provider", ROOT + ".provider.http")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.bucket4j..");

    @ArchTest
    static final ArchRule jacksonStaysWhereJsonIsReadOrWritten = noClasses()
            .that()
            .resideOutsideOfPackages(
                    ROOT + ".token",
                    ROOT + ".signal",
                    ROOT + ".provider.http",
                    ROOT + ".logto",
                    ROOT + ".keycloak",
                    ROOT + ".auth0",
                    ROOT + ".aws")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("tools.jackson..", "com.fasterxml..");

    @ArchTest
    static final ArchRule resilience4jStaysWhereCallsAreMade = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".provider.http")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.resilience4j..");

    @ArchTest
    static final ArchRule structuredFieldsStayInSignal = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".signal")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.greenbytes..");

    @ArchTest
    static final ArchRule publicApiExposesNoInternalType = PublicApi.exposesNoInternalType();

    @ArchTest
    static final ArchRule awsStaysInItsPackage = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".aws")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.amazonaws..");

    @ArchTest
    static void nobodyKnowsAProvider(JavaClasses all) {
        for (String provider : PROVIDERS) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage(provider)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(provider)
                    .check(all);
        }
    }

    @ArchTest
    static final ArchRule publicApiTakesNoLibraryTypes = classes()
            .that()
            .arePublic()
            .and()
            .resideInAPackage(ROOT)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.scopeguard..", "java..", "org.jspecify..");

    @ArchTest
    static void eachPackageImportsOnlyThoseBeforeIt(JavaClasses all) {
        for (int i = 0; i < ORDER.size(); i++) {
            List<String> later = ORDER.subList(i + 1, ORDER.size());
            noClasses()
                    .that()
                    .resideInAPackage(ORDER.get(i))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(later.toArray(String[]::new))
                    .allowEmptyShould(false)
                    .check(all);
        }
    }

    @ArchTest
    static void everyPackageIsInTheOrderAndNullMarked(JavaClasses all) throws ClassNotFoundException {
        Set<String> packages =
                all.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));

        assertThat(packages).containsExactlyInAnyOrderElementsOf(ORDER);
        for (String name : packages) {
            assertThat(Class.forName(name + ".package-info").isAnnotationPresent(NullMarked.class))
                    .as(name)
                    .isTrue();
        }
    }

    /** Nested types are as old as the type around them. */
    @Test
    void everyPublicTypeNamesItsFirstVersion() throws IOException {
        List<Path> types = new ArrayList<>();
        for (String sources : SOURCES) {
            try (Stream<Path> files = Files.walk(Path.of("..", sources))) {
                files.filter(ArchitectureTests::isPublicApi).forEach(types::add);
            }
        }

        assertThat(types).hasSizeGreaterThan(100);
        assertThat(types)
                .filteredOn(type -> !declaration(type).contains("\n * @since "))
                .isEmpty();
    }

    @Test
    void javadocHidesInternalPackages() throws IOException {
        Set<String> internal = new TreeSet<>();
        Set<String> published = new TreeSet<>();
        for (String sources : SOURCES) {
            try (Stream<Path> files = Files.walk(Path.of("..", sources))) {
                files.filter(ArchitectureTests::isJava)
                        .forEach(file -> (isInInternalPackage(file) ? internal : published).add(packageOf(file)));
            }
        }
        try (Stream<Path> files = Files.walk(LOGTOBOX)) {
            files.filter(ArchitectureTests::isJava)
                    .map(ArchitectureTests::packageOf)
                    .filter(name -> !published.contains(name))
                    .forEach(internal::add);
        }

        Matcher hidden = HIDDEN_PACKAGES.matcher(text(Path.of("..", "pom.xml")));
        assertThat(hidden.find()).isTrue();
        assertThat(hidden.group(1).strip().split(":\\s*")).containsExactlyInAnyOrderElementsOf(internal);
    }

    @Test
    void javadocHidesInternalElementsOfOtherPackages() throws IOException {
        List<String> visible = new ArrayList<>();
        for (String sources : SOURCES) {
            try (Stream<Path> files = Files.walk(Path.of("..", sources))) {
                files.filter(ArchitectureTests::isJava)
                        .filter(file -> !isInInternalPackage(file))
                        .forEach(file -> internalElements(file)
                                .filter(element -> !isHidden(text(file).substring(0, element.start())))
                                .forEach(element -> visible.add(file + ", character " + element.start())));
            }
        }

        assertThat(visible)
                .as("internal without @hidden in the Javadoc before it")
                .isEmpty();
    }

    /** The types nested in an internal type are internal, but Javadoc would show them. */
    private static Stream<MatchResult> internalElements(Path file) {
        Stream<MatchResult> nested = INTERNAL.matcher(text(file)).find()
                ? NESTED_TYPE.matcher(text(file)).results()
                : Stream.empty();
        return Stream.concat(INTERNAL_ELEMENT.matcher(text(file)).results(), nested);
    }

    private static boolean isHidden(String before) {
        return before.stripTrailing().endsWith("*/")
                && before.substring(before.lastIndexOf("/**")).contains("* @hidden\n");
    }

    private static String packageOf(Path file) {
        Matcher name = PACKAGE.matcher(text(file));
        return name.find() ? name.group(1) : "";
    }

    private static boolean isJava(Path file) {
        return file.toString().endsWith(".java");
    }

    private static boolean isInInternalPackage(Path file) {
        return INTERNAL.matcher(text(file.resolveSibling("package-info.java"))).find();
    }

    private static boolean isPublicApi(Path file) {
        return isJava(file)
                && !isInInternalPackage(file)
                && !declaration(file).isEmpty()
                && !INTERNAL.matcher(declaration(file)).find();
    }

    /** The file up to its public type; empty if there is none. */
    private static String declaration(Path file) {
        String text = text(file);
        Matcher type = PUBLIC_TYPE.matcher(text);
        return type.find() ? text.substring(0, type.start()) : "";
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
