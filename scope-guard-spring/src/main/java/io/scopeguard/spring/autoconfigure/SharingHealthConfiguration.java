package io.scopeguard.spring.autoconfigure;

import io.scopeguard.redis.ReplicaSharing;
import io.scopeguard.spring.actuate.ProviderHealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The health of sharing. A replica without Redis serves requests, so it is not down. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
final class SharingHealthConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "scopeGuardSharedHealthIndicator")
    @ConditionalOnEnabledHealthIndicator("scopeGuardShared")
    HealthIndicator scopeGuardSharedHealthIndicator(ReplicaSharing sharing) {
        return () -> health(sharing);
    }

    private static Health health(ReplicaSharing sharing) {
        Health.Builder health = sharing.isReachable() ? Health.up() : Health.status(ProviderHealthIndicator.DEGRADED);
        return health.withDetail("reachable", sharing.isReachable())
                .withDetail("replicas", sharing.replicas())
                .build();
    }
}
