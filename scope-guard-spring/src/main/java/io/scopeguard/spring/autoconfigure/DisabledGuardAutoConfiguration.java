package io.scopeguard.spring.autoconfigure;

import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.spring.authentication.ProviderJwtDecoder;
import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.authorization.ErrorPages;
import io.scopeguard.spring.authorization.HandlerRules;
import io.scopeguard.spring.authorization.OpenContent;
import io.scopeguard.spring.authorization.OpenHandlersInterceptor;
import io.scopeguard.spring.authorization.OpenServletsAuthorizationManager;
import io.scopeguard.spring.authorization.UnannotatedPolicy;
import io.scopeguard.spring.authorization.UndeclaredHandlersInterceptor;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterProperties;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.servlet.handler.MappedInterceptor;

/**
 * The guard switched off: with {@code scope-guard.enabled=false}, Spring Security verifies the tokens of the providers, and any
 * valid token has access. Scopes, organizations and live permissions are not checked. Public handlers stay public, and handlers
 * without a declaration stay closed if they were.
 *
 * @since 0.1
 */
@AutoConfiguration(before = OAuth2ResourceServerAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnSwitch(value = Switches.GUARD, havingValue = false, byDefault = true)
@Conditional(DisabledGuardAutoConfiguration.OnAnyProvider.class)
@EnableConfigurationProperties(ScopeGuardProperties.class)
@ImportRuntimeHints(ScopeGuardRuntimeHints.class)
@Import({HandlerRuleConfiguration.class, HealthStatusConfiguration.class})
public final class DisabledGuardAutoConfiguration {

    private final ScopeGuardProperties properties;

    DisabledGuardAutoConfiguration(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    @Bean(ScopeGuardAutoConfiguration.DECODER)
    @ConditionalOnMissingBean
    @Conditional(NoDecoderOfSpring.class)
    JwtDecoder plainJwtDecoder(ObjectProvider<PlainProvider> configured, ObjectProvider<IdentityProvider> own) {
        return decoder(configured, own);
    }

    /** In an application with another decoder, for the filter chains that name this one. */
    @Bean(name = ScopeGuardAutoConfiguration.DECODER, defaultCandidate = false)
    @ConditionalOnMissingBean(name = ScopeGuardAutoConfiguration.DECODER)
    JwtDecoder namedPlainJwtDecoder(ObjectProvider<PlainProvider> configured, ObjectProvider<IdentityProvider> own) {
        return decoder(configured, own);
    }

    private JwtDecoder decoder(ObjectProvider<PlainProvider> configured, ObjectProvider<IdentityProvider> own) {
        return new ProviderJwtDecoder(
                Stream.concat(configured.orderedStream().map(PlainProvider::provider), own.orderedStream())
                        .toList(),
                new AudienceSettings(properties).resources());
    }

    /** There is no decision: handlers that take one get {@code null}, and never one that Spring MVC binds from parameters. */
    @Bean
    static BeanPostProcessor noDecisionArgumentPostProcessor() {
        return WebConfiguration.decisionArgumentPostProcessor();
    }

    /** Probes work, and handlers that properties open by name stay open. */
    @Bean
    OpenContent openContent(
            ApplicationContext context, HandlerRules handlerRules, UnannotatedPolicy unannotatedPolicy) {
        return new OpenContent(context, handlerRules, unannotatedPolicy);
    }

    @Bean
    AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic(
            HandlerRules handlerRules, UnannotatedPolicy unannotatedPolicy, ErrorPages errorPages) {
        return AuthenticatedOrPublicAuthorizationManager.withoutGuard(handlerRules, unannotatedPolicy, errorPages);
    }

    @Bean
    MappedInterceptor openHandlersInterceptor(HandlerRules handlerRules, ErrorPages errorPages) {
        return new MappedInterceptor(null, null, new OpenHandlersInterceptor(handlerRules, errorPages));
    }

    @Bean
    MappedInterceptor undeclaredHandlersInterceptor(
            HandlerRules handlerRules, UnannotatedPolicy unannotatedPolicy, ErrorPages errorPages) {
        return new MappedInterceptor(
                null, null, new UndeclaredHandlersInterceptor(handlerRules, unannotatedPolicy, errorPages));
    }

    /** Public handlers stay open, and handlers without a declaration stay closed. */
    @Bean
    @ConditionalOnMissingBean(SecurityFilterChain.class)
    @Order(SecurityFilterProperties.BASIC_AUTH_ORDER)
    SecurityFilterChain plainResourceServerChain(
            HttpSecurity http,
            AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic,
            UnannotatedPolicy unannotatedPolicy,
            ErrorPages errorPages) {
        return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                .cors(withDefaults())
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .sessionManagement(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(requests -> requests.anyRequest()
                        .access(new OpenServletsAuthorizationManager(
                                authenticatedOrPublic, unannotatedPolicy, errorPages)))
                .build();
    }

    /** A provider is configured by properties or declared as a bean. */
    static final class OnAnyProvider extends AnyNestedCondition {

        OnAnyProvider() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnBean(PlainProvider.class)
        static final class OnConfigured {}

        @ConditionalOnBean(IdentityProvider.class)
        static final class OnOwn {}
    }

    /** Spring Security's own resource server is not configured. */
    static final class NoDecoderOfSpring extends NoneNestedConditions {

        NoDecoderOfSpring() {
            super(ConfigurationPhase.REGISTER_BEAN);
        }

        @ConditionalOnProperty("spring.security.oauth2.resourceserver.jwt.jwk-set-uri")
        static final class OnKeys {}

        @ConditionalOnProperty("spring.security.oauth2.resourceserver.jwt.issuer-uri")
        static final class OnIssuer {}

        @ConditionalOnProperty("spring.security.oauth2.resourceserver.jwt.public-key-location")
        static final class OnKey {}
    }
}
