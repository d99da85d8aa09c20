package io.scopeguard.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.Lifecycle;
import org.springframework.context.Phased;
import org.springframework.core.Ordered;
import org.springframework.util.ClassUtils;

/** The methods of a class, declared or inherited. */
final class BeanMethods {

    /** Methods that the container calls for every user. An annotation on the class does not apply to them. */
    private static final List<Class<?>> CALLBACKS = List.of(
            Object.class,
            Aware.class,
            InitializingBean.class,
            DisposableBean.class,
            SmartInitializingSingleton.class,
            Lifecycle.class,
            Phased.class,
            Ordered.class);

    private BeanMethods() {}

    /** Each method once, by its most specific declaration, including private and static methods. */
    static Set<Method> of(Class<?> targetClass) {
        Set<Method> methods = new LinkedHashSet<>();
        if (!Proxy.isProxyClass(targetClass)) {
            for (Class<?> type = targetClass; type != null && type != Object.class; type = type.getSuperclass()) {
                collect(type, targetClass, methods);
            }
        }
        ClassUtils.getAllInterfacesForClassAsSet(targetClass).forEach(type -> collect(type, targetClass, methods));
        return methods;
    }

    private static void collect(Class<?> type, Class<?> targetClass, Set<Method> methods) {
        Arrays.stream(type.getDeclaredMethods())
                .filter(method -> !method.isSynthetic() && !method.isBridge())
                .map(method -> mostSpecific(method, targetClass))
                .forEach(methods::add);
    }

    /** The method that a call on an object of the class reaches. For a proxy of interfaces, this is the interface's method. */
    static Method mostSpecific(Method method, Class<?> targetClass) {
        return isFixed(method) || Proxy.isProxyClass(targetClass)
                ? method
                : AopUtils.getMostSpecificMethod(method, targetClass);
    }

    /** Private and static methods cannot be overridden. */
    static boolean isFixed(Method method) {
        return Modifier.isPrivate(method.getModifiers()) || Modifier.isStatic(method.getModifiers());
    }

    /** Whether an annotation on the class applies to the method. */
    static boolean isOperation(Method method, Class<?> targetClass) {
        return !isFixed(method) && !isCallback(method, targetClass) && !isFrameworksFinal(method);
    }

    /**
     * Excludes final methods of a framework's base class: the application cannot change them, and they contain no code of the
     * application.
     */
    private static boolean isFrameworksFinal(Method method) {
        return Modifier.isFinal(method.getModifiers())
                && method.getDeclaringClass().getName().startsWith("org.springframework.");
    }

    private static boolean isCallback(Method method, Class<?> targetClass) {
        return CALLBACKS.stream()
                .filter(callback -> callback.isAssignableFrom(targetClass) || callback == Object.class)
                .anyMatch(callback -> declares(callback, method, targetClass));
    }

    private static boolean declares(Class<?> callback, Method method, Class<?> targetClass) {
        return ClassUtils.hasMethod(callback, method.getName(), method.getParameterTypes())
                || ClassUtils.getAllInterfacesForClassAsSet(targetClass).stream()
                        .filter(type -> callback.isAssignableFrom(type) && callback != Object.class)
                        .anyMatch(type -> ClassUtils.hasMethod(type, method.getName(), method.getParameterTypes()));
    }
}
