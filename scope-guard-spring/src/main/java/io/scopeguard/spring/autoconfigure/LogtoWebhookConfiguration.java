package io.scopeguard.spring.autoconfigure;

import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoWebhook;
import io.scopeguard.permission.PermissionCache;
import io.scopeguard.spring.authorization.OwnServlets;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.OnPropertyListCondition;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.web.SecurityFilterChain;

/** Where Logto's webhooks are taken, if there is a key to know them by. Imported last: it is no chain of the application. */
@Configuration(proxyBeanMethods = false)
@Conditional(LogtoWebhookConfiguration.OnSigningKeys.class)
final class LogtoWebhookConfiguration {

    private final CheckedSettings settings;

    LogtoWebhookConfiguration(ScopeGuardProperties properties) {
        this.settings = new CheckedSettings(properties);
    }

    /** A servlet of its own, so that the path does not depend on where the {@code DispatcherServlet} is mapped. */
    @Bean(OwnServlets.LOGTO_WEBHOOK)
    ServletRegistrationBean<EventServlet> scopeGuardLogtoWebhook(
            Logto logto, PermissionCache permissions, GuardMetrics metrics) {
        LogtoWebhook webhook = logto.webhook(settings.webhookSigningKeys(), permissions::apply);
        ServletRegistrationBean<EventServlet> servlet = new ServletRegistrationBean<>(
                new EventServlet(webhook, metrics::delivered, EventServlet.Limits.DEFAULT), settings.webhookPath());
        servlet.setName(OwnServlets.LOGTO_WEBHOOK);
        return servlet;
    }

    /** Before the application's own chains, which would ask for a token. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityFilterChain scopeGuardLogtoWebhookFilterChain() {
        return OpenServlets.chain(OwnServlets.LOGTO_WEBHOOK);
    }

    static final class OnSigningKeys extends OnPropertyListCondition {

        OnSigningKeys() {
            super("scope-guard.logto.webhook.signing-keys", () -> ConditionMessage.forCondition("Logto webhook"));
        }
    }
}
