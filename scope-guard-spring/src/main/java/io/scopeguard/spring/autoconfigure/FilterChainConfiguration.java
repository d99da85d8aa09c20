package io.scopeguard.spring.autoconfigure;

import static org.springframework.security.config.Customizer.withDefaults;

import io.scopeguard.spring.authorization.AuthenticatedOrPublicAuthorizationManager;
import io.scopeguard.spring.security.LeanFilterChain;
import jakarta.servlet.Filter;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.security.autoconfigure.web.servlet.SecurityFilterProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.web.filter.ServletRequestPathFilter;

/** A filter chain for applications that define none. */
@Configuration(proxyBeanMethods = false)
final class FilterChainConfiguration {

    private static final String CHAIN = "scopeGuardFilterChain";

    /** The beginning of the names of beans that are part of another bean. An application's own filter has a name. */
    private static final String INNER_BEAN = "(inner bean)";

    /** Switches Spring Security's observation of each filter off: it costs more than the guard, which has its own metrics. */
    @Bean
    @ConditionalOnMissingBean({SecurityFilterChain.class, SecurityObservationSettings.class})
    SecurityObservationSettings securityObservationSettings() {
        return SecurityObservationSettings.noObservations();
    }

    /**
     * For applications without a chain of their own: stateless, and open to requests without a token for {@code @PublicEndpoint}
     * handlers.
     */
    @Bean(CHAIN)
    @ConditionalOnMissingBean(SecurityFilterChain.class)
    @Order(SecurityFilterProperties.BASIC_AUTH_ORDER)
    SecurityFilterChain scopeGuardFilterChain(
            HttpSecurity http,
            AuthenticatedOrPublicAuthorizationManager authenticatedOrPublic,
            ApplicationContext context) {
        DefaultSecurityFilterChain chain = stateless(http)
                .authorizeHttpRequests(requests -> requests.anyRequest().access(authenticatedOrPublic))
                .build();
        return LeanFilterChain.of(chain, context);
    }

    /**
     * Leaves out Spring Security's filter that parses the path of each request for its matchers, before Spring MVC parses it. The
     * chains here have no such matchers, and others parse the path themselves.
     */
    @Bean
    @ConditionalOnBean(name = CHAIN)
    static BeanPostProcessor scopeGuardPathParsing() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String beanName) {
                return bean instanceof ServletRequestPathFilter && beanName.startsWith(INNER_BEAN)
                        ? (Filter) (request, response, chain) -> chain.doFilter(request, response)
                        : bean;
            }
        };
    }

    private static HttpSecurity stateless(HttpSecurity http) {
        return http.oauth2ResourceServer(resourceServer -> resourceServer.jwt(withDefaults()))
                .cors(withDefaults())
                .csrf(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .sessionManagement(AbstractHttpConfigurer::disable)
                .securityContext(
                        context -> context.securityContextRepository(new RequestAttributeSecurityContextRepository()));
    }
}
