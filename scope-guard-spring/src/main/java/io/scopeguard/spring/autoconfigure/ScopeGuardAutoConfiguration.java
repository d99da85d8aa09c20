package io.scopeguard.spring.autoconfigure;

import com.github.benmanes.caffeine.cache.Ticker;
import io.scopeguard.ScopeGuard;
import io.scopeguard.organization.OrganizationProviders;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authentication.AccessTokenAuthentication;
import io.scopeguard.spring.authentication.AccessTokenDecoder;
import io.scopeguard.spring.authentication.StrictBearerTokenResolver;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.OrganizationResolver;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties.Authorities;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.provider.GuardSettings;
import io.scopeguard.spring.provider.OrganizationRule;
import io.scopeguard.spring.provider.ProviderChecks;
import io.scopeguard.spring.provider.ProviderRegistration;
import io.scopeguard.spring.provider.ProviderRegistrations;
import io.scopeguard.spring.provider.ProviderScopeGuards;
import io.scopeguard.spring.response.SignalHeaderWriter;
import io.scopeguard.spring.sharing.Sharing;
import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.DependsOn;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.Environment;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;

/**
 * Auto-configuration of Scope Guard for a servlet web application. Knows providers as {@link IdentityProvider} beans only.
 *
 * @since 0.1
 */
@AutoConfiguration(
        before = OAuth2ResourceServerAutoConfiguration.class,
        beforeName = "org.springframework.boot.actuate.autoconfigure.audit.AuditAutoConfiguration")
@ConditionalOnGuard
@EnableConfigurationProperties(ScopeGuardProperties.class)
@ImportRuntimeHints(ScopeGuardRuntimeHints.class)
@Import({
    HandlerRuleConfiguration.class,
    TelemetryConfiguration.class,
    WebConfiguration.class,
    FilterChainConfiguration.class,
    MetadataConfiguration.class,
    MethodConfiguration.class,
    GraphQlConfiguration.class,
    HealthStatusConfiguration.class,
    ActuatorConfiguration.class,
    SignalStreamConfiguration.class,
    StreamConfiguration.class,
    WebhookConfiguration.class,
    OpenApiConfiguration.class
})
public final class ScopeGuardAutoConfiguration {

    private static final Logger log = LoggerFactory.getLogger(ScopeGuardAutoConfiguration.class);

    static final String CLOCK = "scopeGuardClock";

    /** The name of the guard's decoder, whether or not the application has its own {@link JwtDecoder}. */
    static final String DECODER = "accessTokenDecoder";

    private final ScopeGuardProperties properties;

    ScopeGuardAutoConfiguration(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    /** Before any bean is made from the properties. */
    @Bean
    static BeanFactoryPostProcessor unknownPropertiesCheck(Environment environment) {
        return beans -> new UnknownProperties(environment).check();
    }

    /** The clock for tokens and reads; not a default autowire candidate. */
    @Bean(defaultCandidate = false)
    @ConditionalOnMissingBean(name = CLOCK)
    Clock scopeGuardClock() {
        return Clock.systemUTC();
    }

    /** Measures ages. One for everything that compares them. */
    @Bean
    @ConditionalOnMissingBean
    SteadyClock scopeGuardSteadyClock(@Qualifier(CLOCK) Clock clock) {
        return new SteadyClock(clock, Ticker.systemTicker());
    }

    @Bean(DECODER)
    @ConditionalOnMissingBean(JwtDecoder.class)
    AccessTokenDecoder accessTokenDecoder(ScopeGuard scopeGuardCore, GuardMetrics scopeGuardMetrics) {
        return new AccessTokenDecoder(scopeGuardCore, scopeGuardMetrics::verified);
    }

    /** In an application with its own decoder, which filter chains use unless they name this one. */
    @Bean(name = DECODER, defaultCandidate = false)
    @ConditionalOnMissingBean(AccessTokenDecoder.class)
    AccessTokenDecoder namedAccessTokenDecoder(ScopeGuard scopeGuardCore, GuardMetrics scopeGuardMetrics) {
        log.warn(
                "The application has its own JwtDecoder. Handlers that require scopes reject the tokens that it verifies."
                        + " Let their filter chain use the bean 'accessTokenDecoder': add a parameter"
                        + " @Qualifier(\"accessTokenDecoder\") JwtDecoder accessTokenDecoder, and configure"
                        + " oauth2ResourceServer(r -> r.jwt(jwt -> jwt.decoder(accessTokenDecoder))).");
        return new AccessTokenDecoder(scopeGuardCore, scopeGuardMetrics::verified);
    }

    @Bean
    @ConditionalOnMissingBean
    BearerTokenResolver bearerTokenResolver() {
        return new StrictBearerTokenResolver();
    }

    @Bean
    @ConditionalOnMissingBean
    JwtAuthenticationConverter jwtAuthenticationConverter() {
        return AccessTokenAuthentication.converter(properties.authorities() == Authorities.TOKEN);
    }

    @Bean
    ProviderRegistrations providerRegistrations(
            ObjectProvider<IdentityProvider> providers, ObjectProvider<ProviderRegistration> configured) {
        return new ProviderRegistrations(
                providers.orderedStream().toList(), configured.orderedStream().toList());
    }

    /** Checks each provider while the application starts. */
    @Bean
    ProviderChecks providerChecks(ProviderRegistrations providerRegistrations, DeclaredScopes declaredScopes) {
        Set<Audience> audiences = new HashSet<>(new AudienceSettings(properties).resources());
        audiences.add(Audience.ORGANIZATION);
        Duration timeout = new GuardSettingsFactory(properties).startupTimeout();
        return new ProviderChecks(providerRegistrations, audiences, declaredScopes, properties.failFast(), timeout);
    }

    /** After the checks have begun, which then run in parallel with most of start-up. */
    @Bean
    @DependsOn("providerChecks")
    ProviderScopeGuards providerGuards(
            ProviderRegistrations providerRegistrations,
            DeclaredScopes declaredScopes,
            GuardMetrics scopeGuardMetrics,
            ObjectProvider<Sharing> sharing,
            Environment environment) {
        GuardSettings settings = new GuardSettingsFactory(properties).settings(declaredScopes);
        return new ProviderScopeGuards(
                providerRegistrations,
                settings,
                declaredScopes,
                scopeGuardMetrics,
                sharing.getIfUnique(() -> notShared(environment)));
    }

    private static Sharing notShared(Environment environment) {
        if (OnSharing.isOn(environment)) {
            String property = environment.containsProperty(SharingChecks.ENABLED)
                    ? SharingChecks.ENABLED
                    : SharingChecks.CONNECTION_FACTORY;
            throw new InvalidSettingException(
                    property,
                    "is '" + environment.getProperty(property) + "', but Spring Data Redis is not on the class path",
                    "Add org.springframework.boot:spring-boot-starter-data-redis, or leave the property out.");
        }
        return Sharing.NONE;
    }

    @Bean
    @ConditionalOnMissingBean
    ScopeGuard scopeGuardCore(
            ProviderScopeGuards providerGuards,
            ProviderRegistrations providerRegistrations,
            ObjectProvider<OrganizationProviders> organizations) {
        return providerGuards.joined(organizations.getIfAvailable(() -> rule(providerRegistrations.names())));
    }

    private @Nullable OrganizationRule rule(List<String> providers) {
        ScopeGuardProperties.Organization organization = properties.organization();
        return OrganizationRule.of(organization.providers(), organization.globalProvider(), providers);
    }

    @Bean
    OrganizationResolver organizationResolver() {
        OrganizationSettings settings = new OrganizationSettings(properties);
        return new OrganizationResolver(settings.pathVariable(), settings.header());
    }

    @Bean
    SignalHeaderWriter signalHeaderWriter() {
        return new SignalHeaderWriter(new DriftSettings(properties).header());
    }
}
