package io.scopeguard.spring.autoconfigure;

import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.scope.Audience;
import io.scopeguard.spring.authentication.ProviderJwtDecoder;
import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.HandlerRules;
import io.scopeguard.spring.authorization.RequirementReader;
import io.scopeguard.spring.authorization.UnannotatedPolicy;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties.Unannotated;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.NoneNestedConditions;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterProperties;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.web.SecurityFilterChain;

/**
 * The kill switch: with {@code scope-guard.enabled=false}, Spring Security verifies the tokens of the configured providers, and any
 * valid token has access. Scopes, organizations and live permissions are not checked.
 */
@AutoConfiguration(before = OAuth2ResourceServerAutoConfiguration.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnProperty(name = "scope-guard.enabled", havingValue = "false")
@ConditionalOnBean(PlainProvider.class)
@EnableConfigurationProperties(ScopeGuardProperties.class)
public final class DisabledGuardAutoConfiguration {

    private final ScopeGuardProperties properties;

    DisabledGuardAutoConfiguration(ScopeGuardProperties properties) {
        this.properties = properties;
    }

    @Bean
    @ConditionalOnMissingBean
    @Conditional(NoDecoderOfSpring.class)
    JwtDecoder plainJwtDecoder(ObjectProvider<PlainProvider> providers) {
        return new ProviderJwtDecoder(
                providers.orderedStream().map(PlainProvider::provider).toList(),
                new AudienceSettings(properties).resources());
    }

    /** There is no decision: handlers that take one get {@code null}, and never one that Spring MVC binds from parameters. */
    @Bean
    static BeanPostProcessor noDecisionArgumentPostProcessor() {
        return WebConfiguration.decisionArgumentPostProcessor();
    }

    /** Handlers that are open to everybody stay open. */
    @Bean
    @ConditionalOnMissingBean(SecurityFilterChain.class)
    @Order(SecurityFilterProperties.BASIC_AUTH_ORDER)
    SecurityFilterChain plainResourceServerChain(HttpSecurity http, Environment environment) {
        AudienceSettings settings = new AudienceSettings(properties);
        Audience defaultAudience = settings.defaultAudience();
        Set<Audience> resources = settings.resources();
        UnannotatedPolicy policy =
                new UnannotatedPolicy(properties.unannotated() == Unannotated.DENY, properties.open());
        HandlerRules rules = new HandlerRules(
                new RequirementReader(defaultAudience, resources, environment),
                new DeclaredScopes(defaultAudience),
                policy);
        return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                .cors(withDefaults())
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .sessionManagement(AbstractHttpConfigurer::disable)
                .authorizeHttpRequests(requests ->
                        requests.anyRequest().access(new AuthenticatedOrPublicAuthorizationManager(rules, policy)))
                .build();
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
