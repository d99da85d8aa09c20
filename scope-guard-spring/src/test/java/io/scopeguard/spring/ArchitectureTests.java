package io.scopeguard.spring;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.ArchUnitException.ReflectionException;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.scopeguard.testing.PublicApi;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;

/** The order of packages follows a request: each imports only packages before it. */
@AnalyzeClasses(
        packages = {"io.scopeguard.spring", "io.scopeguard.redis"},
        importOptions = DoNotIncludeTests.class)
class ArchitectureTests {

    private static final String BASE = "io.scopeguard.spring";
    private static final String REDIS = "io.scopeguard.redis";

    /** In order: each package may use those before it. */
    private static final List<String> PACKAGES = List.of(
            "",
            ".request",
            ".authentication",
            ".response",
            ".authorization",
            ".method",
            ".stream",
            ".mcp",
            ".openapi",
            ".actuate",
            ".metrics",
            ".sharing",
            ".provider",
            ".webhook",
            ".metadata",
            ".security",
            ".autoconfigure");

    @ArchTest
    static final ArchRule packagesInOrder = classes().should(new ArchCondition<>("use earlier packages only") {
        @Override
        public void check(JavaClass type, ConditionEvents events) {
            int own = order(type);
            type.getDirectDependenciesFromSelf().stream()
                    .filter(dependency -> order(dependency.getTargetClass()) > own)
                    .forEach(
                            dependency -> events.add(SimpleConditionEvent.violated(type, dependency.getDescription())));
        }
    });

    @ArchTest
    static final ArchRule everyPackageHasItsPlace = classes()
            .that()
            .resideInAPackage(BASE + "..")
            .should(ArchCondition.from(
                    DescribedPredicate.describe("be in a package of the list", (JavaClass type) -> order(type) >= 0)));

    private static int order(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(BASE) ? PACKAGES.indexOf(name.substring(BASE.length())) : -1;
    }

    @ArchTest
    static final ArchRule publicApiExposesNoInternalType = PublicApi.exposesNoInternalType();

    @ArchTest
    static final ArchRule noCycles =
            slices().matching("io.scopeguard.spring.(*)..").should().beFreeOfCycles();

    /** The classes for shared data depend on the core only. */
    @ArchTest
    static final ArchRule redisKnowsNothingOfTheStarter = noClasses()
            .that()
            .resideInAPackage(REDIS)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.scopeguard.spring..");

    @ArchTest
    static final ArchRule onlySharingAndItsConfigurationKnowRedis = noClasses()
            .that()
            .resideOutsideOfPackages(REDIS, BASE + ".sharing", BASE + ".autoconfigure")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(REDIS);

    @ArchTest
    static final ArchRule noFieldInjection =
            fields().should().notBeAnnotatedWith(Autowired.class).andShould().notBeAnnotatedWith(Value.class);

    /** By such a name, Spring finds the bean at once. Otherwise, it compares the types of all beans, for each parameter. */
    @ArchTest
    static final ArchRule beansAreInjectedByName = methods()
            .that()
            .areAnnotatedWith(Bean.class)
            .should(new ArchCondition<>("name each parameter after the starter's bean of its type") {
                private final Map<Class<?>, List<String>> names = new HashMap<>();

                @Override
                public void init(Collection<JavaMethod> methods) {
                    for (JavaMethod method : methods) {
                        reflected(method)
                                .ifPresent(
                                        each -> names.computeIfAbsent(each.getReturnType(), type -> new ArrayList<>())
                                                .add(nameOf(each)));
                    }
                }

                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                    reflected(method).map(Method::getParameters).stream()
                            .flatMap(Arrays::stream)
                            .filter(parameter -> !parameter.isAnnotationPresent(Qualifier.class))
                            .filter(parameter ->
                                    isNamedOtherwise(parameter, names.getOrDefault(parameter.getType(), List.of())))
                            .forEach(parameter -> events.add(SimpleConditionEvent.violated(
                                    method, method.getFullName() + " does not name the bean of: " + parameter)));
                }
            });

    private static boolean isNamedOtherwise(Parameter parameter, List<String> beans) {
        return beans.size() == 1 && !beans.contains(parameter.getName());
    }

    /** Empty for configurations of optional libraries that these tests do without. */
    private static Optional<Method> reflected(JavaMethod method) {
        try {
            return Optional.of(method.reflect());
        } catch (LinkageError | ReflectionException e) {
            return Optional.empty();
        }
    }

    private static String nameOf(Method method) {
        String[] names = method.getAnnotation(Bean.class).value();
        return names.length == 0 ? method.getName() : names[0];
    }

    /** Each provider has its own classes in the auto-configuration, named after it. No other class depends on it. */
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
                .and()
                .doNotHaveFullyQualifiedName("io.scopeguard.spring.autoconfigure." + name + "Preinitializer")
                .should()
                .dependOnClassesThat(resideInAPackage("io.scopeguard." + provider + "..")
                        .or(resideInAPackage("io.scopeguard.spring.autoconfigure")
                                .and(simpleNameStartingWith(name))));
    }
}
