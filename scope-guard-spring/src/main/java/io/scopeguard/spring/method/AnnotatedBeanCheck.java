package io.scopeguard.spring.method;

import io.scopeguard.spring.InvalidSettingException;
import java.io.Closeable;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.config.AopConfigUtils;
import org.springframework.aop.framework.ProxyConfig;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.util.ClassUtils;

/**
 * Checks each bean before proxies are created for it: whether its annotations are valid, and whether a proxy can intercept the
 * annotated methods. Thread-safe.
 */
public final class AnnotatedBeanCheck implements BeanPostProcessor, PriorityOrdered {

    private final ConfigurableListableBeanFactory beans;

    public AnnotatedBeanCheck(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        GuardProxies.classesOf(bean).forEach(type -> check(type, beanName));
        return bean;
    }

    /** Objects from factory beans, which the container does not initialize. */
    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return postProcessBeforeInitialization(bean, beanName);
    }

    /**
     * Checks the class of a bean.
     *
     * @throws InvalidSettingException if an annotation cannot be enforced
     */
    void check(Class<?> type, String beanName) {
        if (!AnnotatedTypes.SHARED.contains(type)) {
            return;
        }
        AnnotatedClass annotated = beans.getBean(MethodRules.class).of(type);
        if (!annotated.guarded().isEmpty() && isProxiedBySubclass(type, beanName)) {
            checkSubclass(type, annotated);
        }
    }

    private static void checkSubclass(Class<?> type, AnnotatedClass annotated) {
        String obstacle = GuardProxies.obstacle(type);
        if (obstacle != null) {
            throw new InvalidSettingException(
                    type.getName(),
                    obstacle + ", so that no proxy can intercept its methods, and "
                            + any(annotated).name() + " requires "
                            + any(annotated).requires().requirementKind(),
                    "Change that, or move the annotated methods to a class that can be extended.");
        }
        annotated.guarded().forEach((method, rule) -> {
            if (Modifier.isFinal(method.getModifiers())) {
                throw new InvalidSettingException(
                        AnnotatedClassReader.name(method, type),
                        "requires " + rule.requires().requirementKind()
                                + ", but is final: no proxy can intercept calls of it",
                        "Remove final, or move the annotation to the method of a bean that calls it.");
            }
        });
    }

    private static MethodRule any(AnnotatedClass annotated) {
        return annotated.guarded().values().iterator().next();
    }

    private boolean isProxiedBySubclass(Class<?> type, @Nullable String beanName) {
        if (type.isInterface() || Proxy.isProxyClass(type) || ClassUtils.isLambdaClass(type)) {
            return false;
        }
        ProxyConfig creator = beans.getBean(AopConfigUtils.AUTO_PROXY_CREATOR_BEAN_NAME, ProxyConfig.class);
        return creator.isProxyTargetClass()
                || AutoProxyUtils.shouldProxyTargetClass(beans, beanName)
                || ClassUtils.getAllInterfacesForClassAsSet(type).stream().noneMatch(AnnotatedBeanCheck::isProxied);
    }

    /** The interfaces that Spring uses for a proxy of interfaces. */
    private static boolean isProxied(Class<?> type) {
        return type.getMethods().length > 0
                && type != InitializingBean.class
                && type != DisposableBean.class
                && type != AutoCloseable.class
                && type != Closeable.class
                && !Aware.class.isAssignableFrom(type);
    }
}
