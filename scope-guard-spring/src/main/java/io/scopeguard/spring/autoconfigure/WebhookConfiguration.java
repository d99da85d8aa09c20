package io.scopeguard.spring.autoconfigure;

import io.scopeguard.provider.EventReceiver;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.spring.authorization.OwnServlets;
import io.scopeguard.spring.metrics.GuardMetrics;
import io.scopeguard.spring.provider.ProviderRegistration;
import io.scopeguard.spring.provider.ProviderScopeGuards;
import io.scopeguard.spring.security.OpenServlets;
import io.scopeguard.spring.webhook.WebhookServlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.util.function.Consumer;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.web.SecurityFilterChain;

/**
 * The endpoints to which providers deliver events, if deliveries can be authenticated. Imported last: its filter chain must not be
 * there yet when {@code @ConditionalOnMissingBean(SecurityFilterChain.class)} decides whether the application has one.
 */
@Configuration(proxyBeanMethods = false)
final class WebhookConfiguration {

    /** A servlet for each provider, so that the path does not depend on where the {@code DispatcherServlet} is mapped. */
    @Bean
    ServletContextInitializer scopeGuardEvents(ProviderScopeGuards providerGuards, GuardMetrics scopeGuardMetrics) {
        return context -> providerGuards.guards().forEach((registration, guard) -> {
            EventReceiver receiver = providerGuards.receiver(registration);
            if (receiver != null) {
                register(context, registration, receiver, guard::apply, scopeGuardMetrics);
            }
        });
    }

    private static void register(
            ServletContext context,
            ProviderRegistration registration,
            EventReceiver receiver,
            Consumer<PermissionChange> changes,
            GuardMetrics metrics) {
        String provider = registration.provider().name();
        WebhookServlet servlet = new WebhookServlet(
                receiver, changes, metrics.deliveries(provider, receiver), WebhookServlet.Limits.DEFAULT);
        ServletRegistration.Dynamic added = context.addServlet(OwnServlets.EVENTS + provider, servlet);
        added.setAsyncSupported(true);
        added.addMapping(registration.eventPath());
    }

    /** Before the application's own chains, which would ask for a token. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    SecurityFilterChain scopeGuardEventsFilterChain() {
        return OpenServlets.chain(OwnServlets::isForEvents);
    }
}
