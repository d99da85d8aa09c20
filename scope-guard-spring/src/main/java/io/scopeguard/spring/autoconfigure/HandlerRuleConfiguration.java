package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.ErrorPages;
import io.scopeguard.spring.authorization.HandlerRules;
import io.scopeguard.spring.authorization.RequirementReader;
import io.scopeguard.spring.authorization.UnannotatedPolicy;
import io.scopeguard.spring.autoconfigure.ScopeGuardProperties.Unannotated;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.web.error.ErrorPageRegistrar;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** The declarations of handlers, also while the guard is switched off. */
@Configuration(proxyBeanMethods = false)
final class HandlerRuleConfiguration {

    @Bean
    DeclaredScopes declaredScopes(ScopeGuardProperties properties) {
        return new DeclaredScopes(new AudienceSettings(properties).defaultAudience());
    }

    @Bean
    RequirementReader requirementReader(ScopeGuardProperties properties, Environment environment) {
        AudienceSettings settings = new AudienceSettings(properties);
        return new RequirementReader(settings.defaultAudience(), settings.resources(), environment);
    }

    @Bean
    UnannotatedPolicy unannotatedPolicy(ScopeGuardProperties properties, Environment environment) {
        SettingChecks.notEmpty(environment, "scope-guard.unannotated", "authenticated or deny");
        return new UnannotatedPolicy(properties.unannotated() == Unannotated.DENY, properties.open());
    }

    @Bean
    ErrorPages errorPages(ObjectProvider<ErrorPageRegistrar> registrars) {
        return new ErrorPages(registrars);
    }

    @Bean
    HandlerRules handlerRules(
            RequirementReader requirementReader, DeclaredScopes declaredScopes, UnannotatedPolicy unannotatedPolicy) {
        return new HandlerRules(requirementReader, declaredScopes, unannotatedPolicy);
    }
}
