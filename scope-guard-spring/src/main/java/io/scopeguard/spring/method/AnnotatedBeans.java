package io.scopeguard.spring.method;

import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.autoproxy.AutoProxyUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/** The beans of a factory whose classes have annotations of the guard. */
final class AnnotatedBeans {

    private AnnotatedBeans() {}

    /**
     * Calls back with the name and the class of each bean of any scope, without creating any. A bean whose declared type does not
     * show its annotations is not found.
     */
    static void forEach(ConfigurableListableBeanFactory factory, BiConsumer<String, Class<?>> action) {
        factory.getBeanNamesIterator().forEachRemaining(name -> {
            Class<?> type = isAbstract(factory, name) ? null : typeOf(factory, name);
            if (type != null && AnnotatedTypes.SHARED.contains(type)) {
                action.accept(name, type);
            }
        });
    }

    private static boolean isAbstract(ConfigurableListableBeanFactory factory, String name) {
        return factory.containsBeanDefinition(name)
                && factory.getMergedBeanDefinition(name).isAbstract();
    }

    /** The class behind the proxies of a bean, if it is known before the bean is created. */
    private static @Nullable Class<?> typeOf(ConfigurableListableBeanFactory factory, String name) {
        Class<?> type = AutoProxyUtils.determineTargetClass(factory, name);
        return type == null ? null : ClassUtils.getUserClass(type);
    }
}
