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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;

/** Packages follow the data: each imports only those before it, and each library has one place. */
@AnalyzeClasses(packages = "io.scopeguard", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String ROOT = "io.scopeguard";

    /** In the order of the data; the provider comes last, and nobody knows it. */
    private static final List<String> ORDER = List.of(
            ROOT + ".annotation",
            ROOT + ".time",
            ROOT + ".scope",
            ROOT + ".role",
            ROOT + ".provider",
            ROOT + ".provider.http",
            ROOT + ".token",
            ROOT + ".organization",
            ROOT + ".permission",
            ROOT + ".drift",
            ROOT + ".remedy",
            ROOT,
            ROOT + ".signal",
            ROOT + ".logto",
            ROOT + ".keycloak",
            ROOT + ".auth0",
            ROOT + ".aws");

    /** Each knows the core, and nobody knows them. */
    private static final List<String> PROVIDERS = List.of(ROOT + ".logto", ROOT + ".keycloak", ROOT + ".auth0");

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.scopeguard.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coreIsFreeOfFrameworks = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework..", "io.micrometer..", "jakarta..", "javax.servlet..");

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
}
