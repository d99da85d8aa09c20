package io.scopeguard.spring.autoconfigure;

import io.scopeguard.logto.Logto;
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
 * Logto as an identity provider, if its properties are set.
 *
 * @since 0.1
 */
@AutoConfiguration(before = {ScopeGuardAutoConfiguration.class, DisabledGuardAutoConfiguration.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@Conditional(LogtoAutoConfiguration.OnProperties.class)
@EnableConfigurationProperties({LogtoProperties.class, ScopeGuardProperties.class})
public final class LogtoAutoConfiguration {

    private final LogtoSettings settings;
    private final ScopeGuardProperties guard;

    LogtoAutoConfiguration(LogtoProperties properties, ScopeGuardProperties guard) {
        this.settings = new LogtoSettings(properties);
        this.guard = guard;
    }

    @Bean
    @ConditionalOnGuard
    Logto logto(
            ObjectProvider<CallBudget> budget,
            ObjectProvider<Sharing> sharing,
            ProviderListeners listeners,
            @Qualifier(ScopeGuardAutoConfiguration.CLOCK) Clock clock,
            SteadyClock scopeGuardSteadyClock) {
        return settings.connection()
                .resources(new AudienceSettings(guard).resources())
                .budget(budget.getIfUnique(() -> settings.budget(sharing.getIfUnique(() -> Sharing.NONE))))
                .listener(listeners.calls("logto"))
                .clock(clock)
                .steadyClock(scopeGuardSteadyClock)
                .build();
    }

    @Bean
    @ConditionalOnGuard
    ProviderRegistration logtoRegistration(Logto logto) {
        return new ProviderRegistration(logto, LogtoSettings.ENDPOINT, settings.webhookPath());
    }

    /** The tokens of Logto without the guard. */
    @Bean
    @ConditionalOnSwitch(value = Switches.GUARD, havingValue = false, byDefault = true)
    PlainProvider plainLogto() {
        return new PlainProvider(settings.connection().build());
    }

    static final class OnProperties extends OnProviderProperties {

        OnProperties() {
            super(LogtoSettings.PREFIX);
        }
    }
}
