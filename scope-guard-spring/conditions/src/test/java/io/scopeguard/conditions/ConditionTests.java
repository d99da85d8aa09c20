package io.scopeguard.conditions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.condition.ConditionEvaluationReport.ConditionAndOutcomes;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.MethodMetadata;
import org.springframework.core.type.classreading.CachingMetadataReaderFactory;

/**
 * Each condition of the auto-configurations, in an application where it matches and in one where it does not. A condition without a
 * line in the table is a failure.
 */
class ConditionTests {

    private static final String OWN = "io.scopeguard.spring.autoconfigure.";
    private static final String KIT = "io.scopeguard.spring.test.";
    private static final String NESTED = "NoDecoderOfSpring.";
    private static final String NESTED_OF_CLASS = "OnAnyProvider";

    /** The place of the declaration, the condition, and the applications in which it matches and does not match. */
    private static final String TABLE = """
            ActuatorConfiguration                                   | ConditionalOnClass            | ALL | WITHOUT_LIBRARIES
            ActuatorConfiguration.Endpoints                         | ConditionalOnClass            | ALL | WITHOUT_PARTS
            ActuatorConfiguration.Endpoints#scopeGuardEndpoint      | ConditionalOnMissingBean      | ALL | OWN_BEANS
            ActuatorConfiguration.Endpoints#scopeGuardEndpoint      | ConditionalOnAvailableEndpoint | ALL | PLAIN
            ActuatorConfiguration.Audit                             | ConditionalOnClass            | ALL | WITHOUT_PARTS
            ActuatorConfiguration.Audit#revocationAudit             | ConditionalOnBean             | ALL | PLAIN
            ActuatorConfiguration.Audit#denialAudit                 | ConditionalOnBean             | ALL | PLAIN
            ActuatorConfiguration.Audit#denialAudit                 | ConditionalOnMissingBean      | ALL | OWN_BEANS
            ActuatorConfiguration.Health                            | ConditionalOnClass            | ALL | WITHOUT_PARTS
            ActuatorConfiguration.Health#scopeGuardHealthIndicator  | ConditionalOnMissingBean      | ALL | OWN_BEANS
            ActuatorConfiguration.Health#scopeGuardHealthIndicator  | ConditionalOnEnabledHealthIndicator | ALL | FEATURES_OFF
            HealthStatusConfiguration                               | ConditionalOnClass            | ALL | WITHOUT_LIBRARIES
            SharingHealthConfiguration                              | ConditionalOnClass            | ALL | WITHOUT_PARTS
            SharingHealthConfiguration#scopeGuardSharedHealthIndicator | ConditionalOnMissingBean   | ALL | OWN_BEANS
            SharingHealthConfiguration#scopeGuardSharedHealthIndicator | ConditionalOnEnabledHealthIndicator | ALL | FEATURES_OFF
            SharingAutoConfiguration                                | ConditionalOnWebApplication   | ALL | NO_WEB
            SharingAutoConfiguration                                | ConditionalOnSwitch           | ALL | DISABLED
            SharingAutoConfiguration                                | ConditionalOnClass            | ALL | WITHOUT_LIBRARIES
            SharingAutoConfiguration                                | Conditional                   | ALL | PLAIN
            McpAutoConfiguration                                    | ConditionalOnWebApplication   | ALL | NO_WEB
            McpAutoConfiguration                                    | ConditionalOnSwitch           | ALL | DISABLED
            McpAutoConfiguration                                    | ConditionalOnClass            | ALL | WITHOUT_LIBRARIES
            McpAutoConfiguration#guardedStatelessMcpTransport       | ConditionalOnBean             | ALL | PLAIN
            McpAutoConfiguration#guardedStreamableMcpTransport      | ConditionalOnBean             | ALL | PLAIN
            MetadataConfiguration.OutsideOfTheContext               | ConditionalOnClass            | ALL | WITHOUT_LIBRARIES
            MethodConfiguration#scopeChecker                        | ConditionalOnMissingBean      | ALL | OWN_BEANS
            StreamConfiguration.WebSockets                          | ConditionalOnClass            | ALL | WITHOUT_LIBRARIES
            SignalStreamConfiguration                               | ConditionalOnSwitch           | ALL | PLAIN
            GraphQlConfiguration                                    | ConditionalOnClass            | ALL | WITHOUT_LIBRARIES
            OpenApiConfiguration                                    | ConditionalOnClass            | ALL | WITHOUT_LIBRARIES
            OpenApiConfiguration                                    | ConditionalOnBooleanProperty  | ALL | FEATURES_OFF
            WebConfiguration.InTomcat                               | ConditionalOnClass            | ALL | WITHOUT_LIBRARIES
            WebConfiguration#httpFirewall                           | ConditionalOnMissingBean      | ALL | OWN_BEANS
            FilterChainConfiguration#securityObservationSettings    | ConditionalOnMissingBean      | ALL | OWN_OBSERVATIONS
            FilterChainConfiguration#scopeGuardFilterChain          | ConditionalOnMissingBean      | ALL | OWN_CHAIN
            FilterChainConfiguration#scopeGuardPathParsing          | ConditionalOnBean             | ALL | OWN_CHAIN
            ScopeGuardAutoConfiguration                             | ConditionalOnWebApplication   | ALL | NO_WEB
            ScopeGuardAutoConfiguration                             | ConditionalOnSwitch           | ALL | DISABLED
            ScopeGuardAutoConfiguration#scopeGuardClock             | ConditionalOnMissingBean      | ALL | OWN_BEANS
            ScopeGuardAutoConfiguration#scopeGuardSteadyClock       | ConditionalOnMissingBean      | ALL | OWN_BEANS
            ScopeGuardAutoConfiguration#accessTokenDecoder          | ConditionalOnMissingBean      | ALL | OWN_DECODER
            ScopeGuardAutoConfiguration#namedAccessTokenDecoder     | ConditionalOnMissingBean      | OWN_DECODER | OWN_BEANS
            ScopeGuardAutoConfiguration#bearerTokenResolver         | ConditionalOnMissingBean      | ALL | OWN_BEANS
            ScopeGuardAutoConfiguration#jwtAuthenticationConverter  | ConditionalOnMissingBean      | ALL | OWN_BEANS
            ScopeGuardAutoConfiguration#scopeGuardCore              | ConditionalOnMissingBean      | ALL | OWN_BEANS
            LogtoAutoConfiguration                                  | ConditionalOnWebApplication   | ALL | NO_WEB
            LogtoAutoConfiguration                                  | Conditional                   | ALL | WITHOUT_PROVIDERS
            LogtoAutoConfiguration#logto                            | ConditionalOnWebApplication   | ALL | NO_WEB
            LogtoAutoConfiguration#logto                            | ConditionalOnSwitch           | ALL | DISABLED
            LogtoAutoConfiguration#logtoRegistration                | ConditionalOnWebApplication   | ALL | NO_WEB
            LogtoAutoConfiguration#logtoRegistration                | ConditionalOnSwitch           | ALL | DISABLED
            LogtoAutoConfiguration#plainLogto                       | ConditionalOnSwitch           | DISABLED | ALL
            KeycloakAutoConfiguration                               | ConditionalOnWebApplication   | ALL | NO_WEB
            KeycloakAutoConfiguration                               | Conditional                   | ALL | PLAIN
            KeycloakAutoConfiguration#keycloak                      | ConditionalOnWebApplication   | ALL | NO_WEB
            KeycloakAutoConfiguration#keycloak                      | ConditionalOnSwitch           | ALL | DISABLED
            KeycloakAutoConfiguration#keycloakRegistration          | ConditionalOnWebApplication   | ALL | NO_WEB
            KeycloakAutoConfiguration#keycloakRegistration          | ConditionalOnSwitch           | ALL | DISABLED
            KeycloakAutoConfiguration#plainKeycloak                 | ConditionalOnSwitch           | DISABLED | ALL
            Auth0AutoConfiguration                                  | ConditionalOnWebApplication   | ALL | NO_WEB
            Auth0AutoConfiguration                                  | Conditional                   | ALL | PLAIN
            Auth0AutoConfiguration#auth0                            | ConditionalOnWebApplication   | ALL | NO_WEB
            Auth0AutoConfiguration#auth0                            | ConditionalOnSwitch           | ALL | DISABLED
            Auth0AutoConfiguration#auth0Registration                | ConditionalOnWebApplication   | ALL | NO_WEB
            Auth0AutoConfiguration#auth0Registration                | ConditionalOnSwitch           | ALL | DISABLED
            Auth0AutoConfiguration#plainAuth0                       | ConditionalOnSwitch           | DISABLED | ALL
            DisabledGuardAutoConfiguration                          | ConditionalOnWebApplication   | DISABLED | NO_WEB_DISABLED
            DisabledGuardAutoConfiguration                          | ConditionalOnSwitch           | DISABLED | ALL
            DisabledGuardAutoConfiguration                          | Conditional                   | DISABLED | DISABLED_WITHOUT_PROVIDERS
            DisabledGuardAutoConfiguration.OnAnyProvider.OnConfigured | ConditionalOnBean           | DISABLED | DISABLED_WITHOUT_PROVIDERS
            DisabledGuardAutoConfiguration.OnAnyProvider.OnOwn      | ConditionalOnBean             | DISABLED_WITH_OWN_PROVIDER | DISABLED_WITHOUT_PROVIDERS
            DisabledGuardAutoConfiguration#plainJwtDecoder          | ConditionalOnMissingBean      | DISABLED | DISABLED_WITH_OWN_BEANS
            DisabledGuardAutoConfiguration#plainJwtDecoder          | Conditional                   | DISABLED | DISABLED_WITH_KEYS
            DisabledGuardAutoConfiguration#namedPlainJwtDecoder     | ConditionalOnMissingBean      | DISABLED_WITH_OWN_BEANS | DISABLED
            DisabledGuardAutoConfiguration.NoDecoderOfSpring.OnKeys | ConditionalOnProperty         | DISABLED | DISABLED_WITH_KEYS
            DisabledGuardAutoConfiguration.NoDecoderOfSpring.OnIssuer | ConditionalOnProperty       | DISABLED | DISABLED_WITH_ISSUER
            DisabledGuardAutoConfiguration.NoDecoderOfSpring.OnKey  | ConditionalOnProperty         | DISABLED | DISABLED_WITH_KEY
            DisabledGuardAutoConfiguration#plainResourceServerChain | ConditionalOnMissingBean      | DISABLED | DISABLED_WITH_OWN_BEANS
            UnguardedApplicationAutoConfiguration.Disabled          | ConditionalOnSwitch           | DISABLED | ALL
            UnguardedApplicationAutoConfiguration.Reactive          | ConditionalOnWebApplication   | REACTIVE | ALL
            UnguardedApplicationAutoConfiguration.Reactive          | ConditionalOnSwitch           | REACTIVE | REACTIVE_DISABLED
            UnguardedApplicationAutoConfiguration.NoWeb             | ConditionalOnNotWebApplication | NO_WEB | ALL
            UnguardedApplicationAutoConfiguration.NoWeb             | ConditionalOnSwitch           | NO_WEB | NO_WEB_DISABLED
            TestIdentityProviderAutoConfiguration                   | ConditionalOnSwitch           | KIT | KIT_DISABLED
            UnverifiedTokenAutoConfiguration                        | ConditionalOnSwitch           | KIT | KIT_DISABLED
            """;

    /** A condition, by the name in the table and in class files. */
    record Declared(String place, String condition) {}

    record Line(Declared declared, Setup matching, Setup other) {

        static Line parse(String line) {
            String[] cells = line.split("\\|");
            return new Line(
                    new Declared(cells[0].strip(), cells[1].strip()),
                    Setup.valueOf(cells[2].strip()),
                    Setup.valueOf(cells[3].strip()));
        }

        /** The name in the report. Nested conditions belong to the class or the method that combines them. */
        String source() {
            int nested = declared.place.indexOf(NESTED);
            String place = nested < 0 ? declared.place : declared.place.substring(0, nested - 1) + "#plainJwtDecoder";
            int ofClass = place.indexOf(NESTED_OF_CLASS);
            place = ofClass < 0 ? place : place.substring(0, ofClass - 1);
            return (place.startsWith("Test") || place.startsWith("Unverified") ? KIT : OWN) + place.replace('.', '$');
        }

        @Override
        public String toString() {
            return declared.place + " " + declared.condition + " " + matching + " " + other;
        }
    }

    static Stream<Line> lines() {
        return TABLE.lines().map(Line::parse);
    }

    @Test
    void conditionsThenEachHasItsLine() throws IOException {
        List<Declared> inTable = lines().map(Line::declared).toList();
        List<Declared> declared = declared();
        assertThat(declared).hasSizeGreaterThan(60);
        assertThat(inTable).containsExactlyInAnyOrderElementsOf(declared);
    }

    private static List<Declared> declared() throws IOException {
        CachingMetadataReaderFactory readers = new CachingMetadataReaderFactory();
        List<Declared> found = new ArrayList<>();
        for (Resource file :
                new PathMatchingResourcePatternResolver().getResources("classpath*:io/scopeguard/**/*.class")) {
            AnnotationMetadata type = readers.getMetadataReader(file).getAnnotationMetadata();
            if (type.isAnnotation() || type.getClassName().startsWith("io.scopeguard.conditions.")) {
                continue;
            }
            add(type.getClassName(), type.getAnnotations(), found);
            for (MethodMetadata method : type.getDeclaredMethods()) {
                add(type.getClassName() + "#" + method.getMethodName(), method.getAnnotations(), found);
            }
        }
        return found;
    }

    private static void add(String place, MergedAnnotations annotations, List<Declared> found) {
        String name = place.substring(place.lastIndexOf('.') + 1).replace('$', '.');
        annotations.stream(Conditional.class)
                .map(ConditionTests::name)
                .forEach(condition -> found.add(new Declared(name, condition)));
    }

    private static String name(MergedAnnotation<Conditional> conditional) {
        MergedAnnotation<?> source = conditional.getMetaSource();
        return (source == null ? conditional : source).getType().getSimpleName();
    }

    @Tag("thorough")
    @ParameterizedTest
    @MethodSource("lines")
    void conditionWhenItMatchesThenThere(Line line) {
        Result result = line.matching().result();
        if (line.matching() != Setup.REACTIVE) {
            assertThat(result.failure()).isNull();
        }
        assertThat(result.registered()).contains(line.source());
        ConditionAndOutcomes outcomes =
                result.report().getConditionAndOutcomesBySource().get(line.source());
        assertThat(Objects.requireNonNull(outcomes).isFullMatch()).isTrue();
    }

    @Tag("thorough")
    @ParameterizedTest
    @MethodSource("lines")
    void conditionWhenItDoesNotMatchThenNotThereBecauseOfIt(Line line) {
        Result result = line.other().result();
        assertThat(result.registered()).doesNotContain(line.source());
        assertThat(mismatches(result, line.source()))
                .anySatisfy(mismatch -> assertThat(mismatch).matches(condition(line) + ": .*"));
    }

    /** The condition's class, or the annotation in the message if one class has several annotations. */
    private static String condition(Line line) {
        String condition = line.declared().condition();
        return switch (condition) {
            case "ConditionalOnBean", "ConditionalOnMissingBean" ->
                (line.declared().place().contains(NESTED_OF_CLASS) ? NESTED_OF_CLASS : "OnBeanCondition") + ": .*@"
                        + condition + " .*";
            case "ConditionalOnClass" -> "OnClassCondition";
            case "ConditionalOnProperty", "ConditionalOnBooleanProperty" ->
                line.source().endsWith("#plainJwtDecoder") ? "NoDecoderOfSpring" : "OnPropertyCondition";
            case "ConditionalOnSwitch" -> "OnSwitch";
            case "ConditionalOnWebApplication", "ConditionalOnNotWebApplication" -> "OnWebApplicationCondition";
            case "ConditionalOnEnabledHealthIndicator" -> "OnEnabledHealthIndicatorCondition";
            case "ConditionalOnAvailableEndpoint" -> "OnAvailableEndpointCondition";
            default -> "(OnProperties|NoDecoderOfSpring|OnSharing|OnAnyProvider)";
        };
    }

    /** The outcomes of the place itself or, if its class was excluded, those of the class. */
    private static List<String> mismatches(Result result, String source) {
        ConditionAndOutcomes outcomes = outcomes(result, source);
        List<String> mismatches = new ArrayList<>();
        if (outcomes != null) {
            outcomes.stream()
                    .filter(each -> !each.getOutcome().isMatch())
                    .forEach(each ->
                            mismatches.add(each.getCondition().getClass().getSimpleName() + ": "
                                    + each.getOutcome().getMessage()));
        }
        return mismatches;
    }

    private static @Nullable ConditionAndOutcomes outcomes(Result result, String source) {
        var all = result.report().getConditionAndOutcomesBySource();
        ConditionAndOutcomes own = all.get(source);
        int method = source.indexOf('#');
        return own != null || method < 0 ? own : all.get(source.substring(0, method));
    }

    /** Every application of the table is used. */
    @Test
    void setupsThenAllAreUsed() {
        TreeSet<Setup> used = new TreeSet<>();
        lines().forEach(line -> {
            used.add(line.matching());
            used.add(line.other());
        });
        assertThat(used).containsExactly(Setup.values());
    }
}
