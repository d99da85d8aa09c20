package io.scopeguard.spring.method;

import io.scopeguard.spring.InvalidSettingException;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.stereotype.Controller;

/**
 * Stops an application whose beans have annotations that nothing can enforce. Controllers are exempt, because no HTTP request can
 * reach them. Thread-safe.
 */
public final class UnenforcedAnnotations implements BeanPostProcessor, SmartInitializingSingleton {

    private final ConfigurableListableBeanFactory beans;

    public UnenforcedAnnotations(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** Checks existing beans and lazy beans. */
    @Override
    public void afterSingletonsInstantiated() {
        AnnotatedBeans.forEach(beans, (name, type) -> check(type, name));
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        GuardProxies.classesOf(bean).forEach(type -> check(type, beanName));
        return bean;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return postProcessBeforeInitialization(bean, beanName);
    }

    private static void check(Class<?> type, String beanName) {
        if (AnnotatedTypes.SHARED.contains(type) && !AnnotatedElementUtils.hasAnnotation(type, Controller.class)) {
            throw new InvalidSettingException(
                    type.getName(),
                    "(bean '" + beanName
                            + "') has @RequiresScopes, @RequiresRole or @PublicEndpoint, but this application is not a servlet web"
                            + " application, so that nothing enforces the annotation",
                    "Run it as a servlet web application. If it must run without a guard, such as in a test, set"
                            + " scope-guard.enabled=false.");
        }
    }
}
