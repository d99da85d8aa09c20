package io.scopeguard.spring.autoconfigure;

import io.scopeguard.drift.ScopeCatalogue;
import io.scopeguard.logto.Logto;
import io.scopeguard.permission.CallBudget;
import io.scopeguard.permission.PermissionSource;
import io.scopeguard.scope.Audience;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.token.AccessTokenVerifier;
import io.scopeguard.token.IssuerClock;
import java.time.Clock;
import java.util.HashSet;
import java.util.Set;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Logto behind the ports that the guard knows. */
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
    @ConditionalOnMissingBean
    Logto logto(CallBudget budget, GuardMetrics metrics, @Qualifier(ScopeGuardAutoConfiguration.CLOCK) Clock clock) {
        Logto logto = Logto.at(settings.tenant(), settings.appId(), settings.appSecret())
                .managementResource(settings.managementResource())
                .furtherIssuers(settings.issuers())
                .resources(settings.resources())
                .budget(budget)
                .listener(metrics)
                .clock(clock)
                .build();
        metrics.watch(logto);
        return logto;
    }

    @Bean
    LogtoCheck logtoCheck(Logto logto, DeclaredScopes declared) {
        Set<Audience> audiences = new HashSet<>(settings.resources());
        audiences.add(Audience.ORGANIZATION);
        return new LogtoCheck(logto, audiences, declared, properties.failFast());
    }

    @Bean
    @ConditionalOnMissingBean
    AccessTokenVerifier accessTokenVerifier(Logto logto, DeclaredScopes declared, GuardMetrics metrics) {
        return logto.verifier(settings.resources())
                .accepting(declared::accepts)
                .clockSkew(settings.clockSkew())
                .keyListener(metrics)
                .build(logto.tenant().jwkSetUri());
    }

    @Bean
    @ConditionalOnMissingBean
    PermissionSource permissionSource(Logto logto) {
        return logto.permissions();
    }

    @Bean
    @ConditionalOnMissingBean
    ScopeCatalogue scopeCatalogue(Logto logto) {
        return logto.catalogue();
    }

    @Bean
    @ConditionalOnMissingBean
    IssuerClock issuerClock(Logto logto) {
        return logto.issuerClock();
    }
}
