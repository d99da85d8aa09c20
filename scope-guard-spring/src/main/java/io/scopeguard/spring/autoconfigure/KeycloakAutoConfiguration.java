package io.scopeguard.spring.autoconfigure;

import io.scopeguard.keycloak.Keycloak;
import io.scopeguard.provider.CallBudget;
import io.scopeguard.spring.ProviderListeners;
import io.scopeguard.spring.provider.ProviderRegistration;
import io.scopeguard.spring.sharing.Sharing;
import io.scopeguard.time.SteadyClock;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * Keycloak as an identity provider, if its properties are set.
 *
 * @since 0.1
 */
@AutoConfiguration(before = {ScopeGuardAutoConfiguration.class, DisabledGuardAutoConfiguration.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@Conditional(KeycloakAutoConfiguration.OnProperties.class)
@EnableConfigurationProperties({KeycloakProperties.class, ScopeGuardProperties.class})
public final class KeycloakAutoConfiguration {

    private final KeycloakSettings settings;
    private final ScopeGuardProperties guard;

    KeycloakAutoConfiguration(KeycloakProperties properties, ScopeGuardProperties guard) {
        this.settings = new KeycloakSettings(properties);
        this.guard = guard;
    }

    @Bean
    @ConditionalOnGuard
    Keycloak keycloak(
            ObjectProvider<CallBudget> budget,
            ObjectProvider<Sharing> sharing,
            ProviderListeners listeners,
            @Qualifier(ScopeGuardAutoConfiguration.CLOCK) Clock clock,
            SteadyClock scopeGuardSteadyClock) {
        return settings.connection(new AudienceSettings(guard).resources())
                .budget(budget.getIfUnique(() -> settings.budget(sharing.getIfUnique(() -> Sharing.NONE))))
                .listener(listeners.calls("keycloak"))
                .clock(clock)
                .steadyClock(scopeGuardSteadyClock)
                .build();
    }

    @Bean
    @ConditionalOnGuard
    ProviderRegistration keycloakRegistration(Keycloak keycloak) {
        return new ProviderRegistration(
                keycloak, KeycloakSettings.ISSUER, ProviderRegistration.defaultEventPath(keycloak.name()));
    }

    /** The tokens of Keycloak without the guard. */
    @Bean
    @ConditionalOnSwitch(value = Switches.GUARD, havingValue = false, byDefault = true)
    PlainProvider plainKeycloak() {
        return new PlainProvider(
                settings.connection(new AudienceSettings(guard).resources()).build());
    }

    static final class OnProperties extends OnProviderProperties {

        OnProperties() {
            super(KeycloakSettings.PREFIX);
        }
    }
}
