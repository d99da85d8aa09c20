package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/**
 * Finds the handlers that are open by name, such as the health endpoint, while the guard is switched off. Covers the application's
 * own context, and each context below it when that is refreshed, such as the one of a management port.
 *
 * @hidden
 */
@Internal
public final class OpenContent implements SmartInitializingSingleton, ApplicationListener<ContextRefreshedEvent> {

    private final ApplicationContext context;
    private final HandlerRules rules;
    private final UnannotatedPolicy policy;

    public OpenContent(ApplicationContext context, HandlerRules rules, UnannotatedPolicy policy) {
        this.context = context;
        this.rules = rules;
        this.policy = policy;
    }

    @Override
    public void afterSingletonsInstantiated() {
        addAll(context);
    }

    @Override
    public void onApplicationEvent(ContextRefreshedEvent event) {
        ApplicationContext refreshed = event.getApplicationContext();
        if (!refreshed.equals(context) && GuardInstallation.isBelow(context, refreshed)) {
            addAll(refreshed);
        }
    }

    private void addAll(ApplicationContext refreshed) {
        new HandlerInventory(refreshed, policy).handlers().forEach(rules::addContent);
    }
}
