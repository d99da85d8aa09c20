package io.scopeguard.conditions;

import static org.mockito.Mockito.mock;

import com.github.benmanes.caffeine.cache.Ticker;
import io.scopeguard.ScopeGuard;
import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.spring.actuate.ScopeGuardEndpoint;
import io.scopeguard.spring.authentication.AccessTokenDecoder;
import io.scopeguard.time.SteadyClock;
import java.net.URI;
import java.time.Clock;
import org.springframework.ai.mcp.server.webmvc.transport.WebMvcStatelessServerTransport;
import org.springframework.ai.mcp.server.webmvc.transport.WebMvcStreamableServerTransportProvider;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.audit.InMemoryAuditEventRepository;
import org.springframework.boot.actuate.security.AbstractAuthorizationAuditListener;
import org.springframework.boot.actuate.security.AuthorizationAuditListener;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.util.ClassUtils;

/** Applications with and without the things that conditions require. None of their providers answers. */
final class Applications {

    static final String DISABLED = "scope-guard.enabled=false";

    private static final String[] LOGTO = {
        "scope-guard.startup-timeout=1s",
        "scope-guard.logto.endpoint=http://localhost:1",
        "scope-guard.logto.app-id=id",
        "scope-guard.logto.app-secret=secret"
    };

    private static final String[] OTHERS = {
        "scope-guard.resources=https://api.example.test",
        "scope-guard.keycloak.issuer=http://localhost:1/realms/example",
        "scope-guard.keycloak.client-id=id",
        "scope-guard.keycloak.client-secret=secret",
        "scope-guard.keycloak.api-client=api",
        "scope-guard.auth0.domain=tenant.eu.auth0.test",
        "scope-guard.auth0.client-id=id",
        "scope-guard.auth0.client-secret=secret",
        "scope-guard.organization.providers.logto=*",
        "scope-guard.unannotated=deny",
        "scope-guard.signals.stream.enabled=true",
        "scope-guard.shared.enabled=true",
        "management.endpoints.web.exposure.include=*"
    };

    private Applications() {}

    static WebApplicationContextRunner servlet() {
        return new WebApplicationContextRunner().withUserConfiguration(Application.class);
    }

    static WebApplicationContextRunner plain() {
        return servlet().withPropertyValues(LOGTO);
    }

    static WebApplicationContextRunner all() {
        return plain().withPropertyValues(OTHERS).withUserConfiguration(Parts.class);
    }

    static WebApplicationContextRunner disabledWith(String setting) {
        return plain().withPropertyValues(DISABLED, "spring.security.oauth2.resourceserver.jwt." + setting);
    }

    static WebApplicationContextRunner kit() {
        return plain().withPropertyValues("scope-guard.test.replace=true")
                .withConfiguration(AutoConfigurations.of(
                        ofKit("TestIdentityProviderAutoConfiguration"), ofKit("UnverifiedTokenAutoConfiguration")));
    }

    private static Class<?> ofKit(String name) {
        return ClassUtils.resolveClassName("io.scopeguard.spring.test." + name, null);
    }

    static ApplicationContextRunner withoutWeb() {
        return new ApplicationContextRunner()
                .withUserConfiguration(Application.class)
                .withPropertyValues(LOGTO)
                .withPropertyValues(OTHERS);
    }

    static ReactiveWebApplicationContextRunner reactive() {
        return new ReactiveWebApplicationContextRunner().withUserConfiguration(Application.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    /** Beans that an application may have and some conditions require. */
    @Configuration(proxyBeanMethods = false)
    static class Parts {

        @Bean
        AuditEventRepository audited() {
            return new InMemoryAuditEventRepository();
        }

        @Bean(destroyMethod = "")
        WebMvcStatelessServerTransport stateless() {
            return mock(WebMvcStatelessServerTransport.class);
        }

        @Bean(destroyMethod = "")
        WebMvcStreamableServerTransportProvider streamable() {
            return mock(WebMvcStreamableServerTransportProvider.class);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnProvider {

        @Bean
        Logto own() {
            return Logto.at(new LogtoTenant(URI.create("http://localhost:1")), "id", "secret")
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnDecoder {

        @Bean
        JwtDecoder ownDecoder() {
            return mock(JwtDecoder.class);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnChain {

        @Bean
        SecurityFilterChain ownChain(HttpSecurity http) {
            return http.build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnObservations {

        @Bean
        SecurityObservationSettings ownObservations() {
            return SecurityObservationSettings.withDefaults().build();
        }
    }

    /** One bean of each type that the auto-configurations leave to the application. */
    @Configuration(proxyBeanMethods = false)
    static class OwnBeans {

        @Bean
        Clock scopeGuardClock() {
            return Clock.systemUTC();
        }

        @Bean
        SteadyClock ownSteadyClock(Clock clock) {
            return new SteadyClock(clock, Ticker.systemTicker());
        }

        @Bean
        AccessTokenDecoder ownAccessTokenDecoder(ScopeGuard guard) {
            return new AccessTokenDecoder(guard, (outcome, issuer) -> {});
        }

        @Bean
        BearerTokenResolver ownResolver() {
            return new DefaultBearerTokenResolver();
        }

        @Bean
        JwtAuthenticationConverter ownConverter() {
            return new JwtAuthenticationConverter();
        }

        @Bean
        ScopeGuard ownGuard() {
            return mock(ScopeGuard.class);
        }

        @Bean
        HttpFirewall ownFirewall() {
            return new StrictHttpFirewall();
        }

        @Bean
        Object scopeGuard() {
            return new Object();
        }

        @Bean
        ScopeGuardEndpoint ownEndpoint() {
            return mock(ScopeGuardEndpoint.class);
        }

        @Bean
        AbstractAuthorizationAuditListener ownListener() {
            return new AuthorizationAuditListener();
        }

        @Bean
        HealthIndicator scopeGuardHealthIndicator() {
            return () -> Health.up().build();
        }

        @Bean
        HealthIndicator scopeGuardSharedHealthIndicator() {
            return () -> Health.up().build();
        }
    }
}
