package io.scopeguard.spring.test;

import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.autoconfigure.ConditionalOnSwitch;
import io.scopeguard.spring.autoconfigure.ScopeGuardAutoConfiguration;
import io.scopeguard.time.SteadyClock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** The identity provider of a test, and the live permissions that the test can change. */
@AutoConfiguration(before = ScopeGuardAutoConfiguration.class)
@ConditionalOnSwitch(value = "scope-guard.enabled", byDefault = true)
final class TestIdentityProviderAutoConfiguration {

    @Bean
    TestPermissions testPermissions(
            ObjectProvider<ScopeGuard> guard, ObjectProvider<DeclaredScopes> declared, SteadyClock clock) {
        return new TestPermissions(
                change -> guard.ifAvailable(found -> found.apply(change)),
                () -> guard.ifAvailable(ScopeGuard::forgetAsks),
                declared::getObject,
                clock);
    }

    @Bean
    TestIdentityProvider testIdentityProvider(TestPermissions permissions) {
        return new TestIdentityProvider(permissions);
    }
}
