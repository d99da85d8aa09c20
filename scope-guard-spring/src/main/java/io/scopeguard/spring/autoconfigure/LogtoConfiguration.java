package io.scopeguard.spring.autoconfigure;

import io.scopeguard.logto.Logto;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.provider.IdentityProvider;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Logto as the identity provider, unless the application brings another. */
@Configuration(proxyBeanMethods = false)
final class LogtoConfiguration {

    private final ScopeGuardProperties properties;
    private final CheckedSettings settings;

    LogtoConfiguration(ScopeGuardProperties properties) {
        this.properties = properties;
        this.settings = new CheckedSettings(properties);
    }

    @Bean
    @ConditionalOnMissingBean
    CallBudget callBudget() {
        return CallBudget.perSecond(settings.callsPerSecond());
    }

    @Bean
    @ConditionalOnMissingBean(IdentityProvider.class)
    Logto logto(
            CallBudget budget,
            GuardMetrics metrics,
            @Qualifier(ScopeGuardAutoConfiguration.CLOCK) Clock clock,
            SteadyClock steadyClock) {
        Logto logto = Logto.at(settings.tenant(), settings.appId(), settings.appSecret())
                .managementResource(settings.managementResource())
                .furtherIssuers(settings.issuers())
                .resources(settings.resources())
                .budget(budget)
                .timeout(settings.timeout())
                .listener(metrics)
                .clock(clock)
                .steadyClock(steadyClock)
                .build();
        metrics.watch(logto);
        return logto;
    }

    @Bean
    @ConditionalOnBean(Logto.class)
    LogtoCheck logtoCheck(Logto logto, DeclaredScopes declared) {
        Set<Audience> audiences = new HashSet<>(settings.resources());
        audiences.add(Audience.ORGANIZATION);
        return new LogtoCheck(logto, audiences, declared, properties.failFast());
    }
}
