package io.scopeguard.spring.method;

import io.scopeguard.spring.InvalidSettingException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.SmartInstantiationAwareBeanPostProcessor;
import org.springframework.core.Ordered;

/**
 * Checks each bean, whenever it is created, after its proxies were created: whether calls of its guarded methods pass method
 * security. Thread-safe.
 */
public final class GuardedBeanCheck implements SmartInstantiationAwareBeanPostProcessor, Ordered {

    private final ConfigurableListableBeanFactory beans;

    /** Beans in a cycle of references, whose proxies were exposed before the beans were initialized. */
    private final Set<String> guardedEarly = ConcurrentHashMap.newKeySet();

    public GuardedBeanCheck(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public int getOrder() {
        return Ordered.LOWEST_PRECEDENCE;
    }

    @Override
    public Object getEarlyBeanReference(Object bean, String beanName) {
        checkNotServed(bean, beanName);
        if (needsGuard(bean) && GuardProxies.isGuarded(bean)) {
            guardedEarly.add(beanName);
        }
        return bean;
    }

    /** An MCP server finds the methods of a bean after its initialization, when only other beans have the proxy. */
    private void checkNotServed(Object bean, String beanName) {
        GuardProxies.classesOf(bean).stream()
                .filter(AnnotatedTypes.SHARED::contains)
                .flatMap(type -> beans.getBean(MethodRules.class).of(type).operations().values().stream())
                .findFirst()
                .ifPresent(rule -> {
                    throw new InvalidSettingException(
                            rule.name(),
                            "requires " + rule.requires().requirementKind() + ", but its bean '" + beanName
                                    + "' is part of a cycle of references, so that the MCP server would call the method"
                                    + " without its proxy",
                            "Break the cycle, or move the MCP methods to a bean of their own.");
                });
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (needsGuard(bean) && !guardedEarly.remove(beanName)) {
            check(bean, beanName);
        }
        return bean;
    }

    /**
     * Checks that a bean is guarded, if it needs to be.
     *
     * @throws InvalidSettingException if it is not
     */
    void check(Object bean, String beanName) {
        if (needsGuard(bean) && !GuardProxies.isGuarded(bean) && !isExempt(bean)) {
            throw new InvalidSettingException(
                    "The bean '" + beanName + "'",
                    "has methods that require scopes (" + guardedMethod(bean) + "), but is not behind a proxy of method"
                            + " security: it was created too early, or not by the application context",
                    "Declare it as an ordinary bean of the application context that Scope Guard is configured in, which no"
                            + " BeanPostProcessor depends on, or remove the annotation.");
        }
    }

    private static boolean isExempt(Object bean) {
        return GuardProxies.leadsToOtherBean(bean) || TestDoubles.include(bean);
    }

    private boolean needsGuard(Object bean) {
        return GuardProxies.classesOf(bean).stream().anyMatch(this::isGuarded);
    }

    private boolean isGuarded(Class<?> type) {
        return AnnotatedTypes.SHARED.contains(type)
                && !beans.getBean(MethodRules.class).of(type).guarded().isEmpty();
    }

    private String guardedMethod(Object bean) {
        return GuardProxies.classesOf(bean).stream()
                .flatMap(type -> beans.getBean(MethodRules.class).of(type).guarded().values().stream())
                .map(MethodRule::name)
                .findFirst()
                .orElseThrow();
    }
}
