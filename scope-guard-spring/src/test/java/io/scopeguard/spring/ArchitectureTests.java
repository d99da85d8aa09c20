package io.scopeguard.spring;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.scopeguard.testing.PublicApi;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;

/** Packages follow a request: each imports only packages before it. */
@AnalyzeClasses(
        packages = {"io.scopeguard.spring", "io.scopeguard.redis"},
        importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String REDIS = "io.scopeguard.redis";

    @ArchTest
    static final ArchRule packagesInOrder = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("annotations")
            .definedBy("io.scopeguard.spring")
            .layer("authentication")
            .definedBy("io.scopeguard.spring.authentication")
            .layer("response")
            .definedBy("io.scopeguard.spring.response")
            .layer("authorization")
            .definedBy("io.scopeguard.spring.authorization")
            .layer("method")
            .definedBy("io.scopeguard.spring.method")
            .layer("stream")
            .definedBy("io.scopeguard.spring.stream")
            .layer("autoconfigure")
            .definedBy("io.scopeguard.spring.autoconfigure")
            .whereLayer("annotations")
            .mayNotAccessAnyLayer()
            .whereLayer("authentication")
            .mayOnlyBeAccessedByLayers("response", "authorization", "method", "autoconfigure")
            .whereLayer("response")
            .mayOnlyBeAccessedByLayers("authorization", "method", "stream", "autoconfigure")
            .whereLayer("authorization")
            .mayOnlyBeAccessedByLayers("method", "stream", "autoconfigure")
            .whereLayer("stream")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("method")
            .mayOnlyBeAccessedByLayers("autoconfigure")
            .whereLayer("autoconfigure")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule publicApiExposesNoInternalType = PublicApi.exposesNoInternalType();

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("io.scopeguard.spring.(*)..").should().beFreeOfCycles();

    /** What replicas share is a matter of the core; the auto-configuration alone puts it into an application. */
    @ArchTest
    static final ArchRule redisKnowsNothingOfTheStarter = noClasses()
            .that()
            .resideInAPackage(REDIS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.scopeguard.spring..");

    @ArchTest
    static final ArchRule onlyTheAutoConfigurationKnowsRedis = noClasses()
            .that()
            .resideOutsideOfPackages(REDIS, "io.scopeguard.spring.autoconfigure")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(REDIS);

    @ArchTest
    static final ArchRule noFieldInjection =
            fields().should().notBeAnnotatedWith(Autowired.class).andShould().notBeAnnotatedWith(Value.class);

    /** A provider has classes of its own, named after it, in the auto-configuration; nothing else knows it. */
    @ArchTest
    static final ArchRule onlyItsOwnConfigurationKnowsLogto = onlyItsOwnConfigurationKnows("logto", "Logto");

    @ArchTest
    static final ArchRule onlyItsOwnConfigurationKnowsKeycloak = onlyItsOwnConfigurationKnows("keycloak", "Keycloak");

    @ArchTest
    static final ArchRule onlyItsOwnConfigurationKnowsAuth0 = onlyItsOwnConfigurationKnows("auth0", "Auth0");

    private static ArchRule onlyItsOwnConfigurationKnows(String provider, String name) {
        return noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.scopeguard.spring.autoconfigure." + name + "AutoConfiguration")
                .and()
                .doNotHaveFullyQualifiedName("io.scopeguard.spring.autoconfigure." + name + "Settings")
                .and()
                .doNotHaveFullyQualifiedName("io.scopeguard.spring.autoconfigure." + name + "Properties")
                .should()
                .dependOnClassesThat(resideInAPackage("io.scopeguard." + provider + "..")
                        .or(resideInAPackage("io.scopeguard.spring.autoconfigure")
                                .and(simpleNameStartingWith(name))));
    }
}
