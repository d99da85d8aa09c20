package io.scopeguard.spring.autoconfigure;

import io.scopeguard.auth0.Auth0;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.spring.ProviderListeners;
import io.scopeguard.spring.provider.ProviderRegistration;
import io.scopeguard.spring.sharing.Sharing;
import io.scopeguard.time.SteadyClock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Auth0 as an identity provider, if its properties are set.
 *
 * @since 0.1
 */
@AutoConfiguration(before = {ScopeGuardAutoConfiguration.class, DisabledGuardAutoConfiguration.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@Conditional(Auth0AutoConfiguration.OnProperties.class)
@EnableConfigurationProperties({Auth0Properties.class, ScopeGuardProperties.class})
public final class Auth0AutoConfiguration {

    private final Auth0Settings settings;
    private final ScopeGuardProperties guard;

    Auth0AutoConfiguration(Auth0Properties properties, ScopeGuardProperties guard) {
        this.settings = new Auth0Settings(properties);
        this.guard = guard;
    }

    @Bean
    @ConditionalOnGuard
    Auth0 auth0(
            ObjectProvider<CallBudget> budget,
            ObjectProvider<Sharing> sharing,
            ProviderListeners listeners,
            SteadyClock scopeGuardSteadyClock) {
        return settings.connection(new AudienceSettings(guard).resources())
                .budget(budget.getIfUnique(() -> settings.budget(sharing.getIfUnique(() -> Sharing.NONE))))
                .listener(listeners.calls("auth0"))
                .steadyClock(scopeGuardSteadyClock)
                .build();
    }

    @Bean
    @ConditionalOnGuard
    ProviderRegistration auth0Registration(Auth0 auth0) {
        return new ProviderRegistration(auth0, Auth0Settings.DOMAIN, settings.eventPath());
    }

    /** The tokens of Auth0 without the guard. */
    @Bean
    @ConditionalOnSwitch(value = Switches.GUARD, havingValue = false, byDefault = true)
    PlainProvider plainAuth0() {
        return new PlainProvider(
                settings.connection(new AudienceSettings(guard).resources()).build());
    }

    static final class OnProperties extends OnProviderProperties {

        OnProperties() {
            super(Auth0Settings.PREFIX);
        }
    }
}
