package io.scopeguard.spring.autoconfigure;

import io.scopeguard.ScopeGuard;
import io.scopeguard.ScopeGuardSettings;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.actuate.DenialAudit;
import io.scopeguard.spring.actuate.PermissionExplainer;
import io.scopeguard.spring.actuate.ProviderHealthIndicator;
import io.scopeguard.spring.actuate.RevocationAudit;
import io.scopeguard.spring.actuate.ScopeGuardEndpoint;
import io.scopeguard.spring.authorization.HandlerCatalog;
import io.scopeguard.spring.authorization.OrganizationResolver;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties.Unannotated;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.provider.ProviderScopeGuards;
import org.springframework.boot.actuate.audit.AuditEventRepository;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.security.AbstractAuthorizationAuditListener;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The actuator endpoint and the health of providers. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.springframework.boot.actuate.endpoint.annotation.Endpoint")
final class ActuatorConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = "org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint")
    static class Endpoints {

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnAvailableEndpoint
        ScopeGuardEndpoint scopeGuardEndpoint(
                ScopeGuard scopeGuardCore,
                ProviderScopeGuards providerGuards,
                HandlerCatalog handlerCatalog,
                OrganizationResolver organizationResolver,
                ScopeGuardProperties properties) {
            ScopeGuardSettings decisions = new PermissionSettings(properties).decisions();
            Audience defaultAudience = new AudienceSettings(properties).defaultAudience();
            PermissionExplainer explainer = new PermissionExplainer(
                    providerGuards.live(),
                    scopeGuardCore::providerOf,
                    handlerCatalog,
                    decisions,
                    providerGuards.clients(),
                    defaultAudience,
                    organizationResolver,
                    properties.unannotated() == Unannotated.DENY);
            return new ScopeGuardEndpoint(
                    providerGuards::apply,
                    providerGuards.live(),
                    handlerCatalog,
                    explainer,
                    decisions,
                    defaultAudience);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.actuate.audit.AuditEventRepository")
    static class Audit {

        @Bean
        @ConditionalOnBean(AuditEventRepository.class)
        RevocationAudit revocationAudit(ApplicationEventPublisher publisher) {
            return new RevocationAudit(publisher);
        }

        /** Instead of Spring Boot's. */
        @Bean
        @ConditionalOnBean(AuditEventRepository.class)
        @ConditionalOnMissingBean(AbstractAuthorizationAuditListener.class)
        DenialAudit denialAudit() {
            return new DenialAudit();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
    static class Health {

        @Bean
        @ConditionalOnMissingBean(name = "scopeGuardHealthIndicator")
        @ConditionalOnEnabledHealthIndicator("scopeGuard")
        ProviderHealthIndicator scopeGuardHealthIndicator(
                ProviderScopeGuards providerGuards, GuardMetrics scopeGuardMetrics) {
            return new ProviderHealthIndicator(
                    providerGuards.live(), scopeGuardMetrics.activity(), scopeGuardMetrics::maximumAge);
        }
    }
}
