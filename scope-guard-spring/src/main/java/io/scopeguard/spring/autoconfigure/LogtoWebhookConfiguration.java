package io.scopeguard.spring.autoconfigure;

import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoWebhook;
import io.scopeguard.permission.PermissionCache;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.OnPropertyListCondition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/** Where Logto's webhooks are taken, if there is a key to know them by. Imported last: it is no chain of the application. */
@Configuration(proxyBeanMethods = false)
@Conditional(LogtoWebhookConfiguration.OnSigningKeys.class)
final class LogtoWebhookConfiguration {

    private final CheckedSettings settings;

    LogtoWebhookConfiguration(ScopeGuardProperties properties) {
        this.settings = new CheckedSettings(properties);
    }

    /** Before the application's own chains, which would ask for a token, and with nothing in it that they have. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityFilterChain scopeGuardLogtoWebhookFilterChain(
            Logto logto, PermissionCache permissions, GuardMetrics metrics) {
        LogtoWebhook webhook = logto.webhook(settings.webhookSigningKeys(), permissions::apply);
        return new DefaultSecurityFilterChain(
                PathPatternRequestMatcher.withDefaults().matcher(settings.webhookPath()),
                new LogtoWebhookFilter(webhook, metrics::delivered));
    }

    static final class OnSigningKeys extends OnPropertyListCondition {

        OnSigningKeys() {
            super("scope-guard.logto.webhook.signing-keys", () -> ConditionMessage.forCondition("Logto webhook"));
        }
    }
}
