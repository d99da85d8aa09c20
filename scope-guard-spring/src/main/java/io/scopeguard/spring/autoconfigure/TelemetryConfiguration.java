package io.scopeguard.spring.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.authorization.DecisionEvents;
import io.scopeguard.spring.authorization.DenialLog;
import io.scopeguard.spring.authorization.ScopeAuthorizer;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties.OrganizationInLog;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.response.DecisionObservationFilter;
import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authorization.AuthorizationEventPublisher;

/** Reports decisions: metrics, keys of observations, events and log lines. */
@Configuration(proxyBeanMethods = false)
final class TelemetryConfiguration {

    @Bean
    GuardMetrics scopeGuardMetrics(
            ObjectProvider<MeterRegistry> registry,
            @Qualifier(ScopeGuardAutoConfiguration.CLOCK) Clock clock,
            ScopeGuardProperties properties) {
        return new GuardMetrics(
                registry.getIfUnique(TelemetryConfiguration::withoutMeters),
                clock,
                new PermissionSettings(properties).decisions().maxStale());
    }

    static MeterRegistry withoutMeters() {
        MeterRegistry registry = new CompositeMeterRegistry();
        registry.config().meterFilter(MeterFilter.deny());
        return registry;
    }

    /** Spring Boot adds it to the observation registry. Without one, it is never called. */
    @Bean
    DecisionObservationFilter decisionObservationFilter() {
        return new DecisionObservationFilter();
    }

    @Bean
    DecisionEvents decisionEvents(ApplicationContext context, ObjectProvider<AuthorizationEventPublisher> publisher) {
        return new DecisionEvents(context, publisher.getIfUnique());
    }

    @Bean
    ScopeAuthorizer scopeAuthorizer(
            ScopeGuard scopeGuardCore,
            GuardMetrics scopeGuardMetrics,
            DecisionEvents decisionEvents,
            SteadyClock scopeGuardSteadyClock,
            ScopeGuardProperties properties) {
        return new ScopeAuthorizer(
                scopeGuardCore,
                scopeGuardMetrics::decided,
                decisionEvents,
                new DenialLog(properties.log().organization() == OrganizationInLog.HASH, scopeGuardSteadyClock));
    }
}
