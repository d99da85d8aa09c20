package io.scopeguard.spring.method;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.SpringProxy;
import org.springframework.aop.TargetClassAware;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.Aware;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.Lifecycle;
import org.springframework.context.Phased;
import org.springframework.core.DecoratingProxy;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
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

    private static final List<Class<?>> OF_PROXIES =
            List.of(SpringProxy.class, TargetClassAware.class, DecoratingProxy.class);

    private BeanMethods() {}

    /** Each method once, by its most specific declaration, including private and static methods. */
    static Set<Method> of(Class<?> targetClass) {
        Set<Method> methods = new LinkedHashSet<>();
        if (!Proxy.isProxyClass(targetClass)) {
            for (Class<?> type = targetClass; type != null && type != Object.class; type = type.getSuperclass()) {
                collect(type, targetClass, methods);
            }
        }
        for (Class<?> type : Interfaces.of(targetClass)) {
            if (!isOfProxy(type)) {
                collect(type, targetClass, methods);
            }
        }
        return methods;
    }

    /** Whether the interface manages a proxy of Spring, instead of calling the object behind it. */
    private static boolean isOfProxy(Class<?> type) {
        return AnnotatedTypes.isSprings(type) && OF_PROXIES.stream().anyMatch(each -> each.isAssignableFrom(type));
    }

    private static void collect(Class<?> type, Class<?> targetClass, Set<Method> methods) {
        Arrays.stream(type.getDeclaredMethods())
                .filter(method -> !method.isSynthetic() && !method.isBridge())
                .map(method -> mostSpecific(method, targetClass))
                .forEach(methods::add);
    }

    /** The method that a call on an object of the class reaches. For a proxy of interfaces, this is a method of an interface. */
    static Method mostSpecific(Method method, Class<?> targetClass) {
        if (isFixed(method)) {
            return method;
        }
        return Proxy.isProxyClass(targetClass)
                ? InterfaceMethods.representative(method, targetClass)
                : AopUtils.getMostSpecificMethod(method, targetClass);
    }

    /** The methods whose annotations apply to a method: for a proxy, its declarations in interfaces that do not extend each other. */
    static List<Method> declarations(Method method, Class<?> targetClass) {
        return Proxy.isProxyClass(targetClass) && !isFixed(method)
                ? InterfaceMethods.nearest(method, targetClass)
                : List.of(method);
    }

    /**
     * The superclass of Spring whose protected method is overridden. Only the superclass calls such a method, and it does so on the
     * object itself, without a proxy.
     */
    static @Nullable Class<?> callingSuperclass(Method method) {
        Class<?> type = method.getDeclaringClass().getSuperclass();
        while (type != null && !(AnnotatedTypes.isSprings(type) && declaresProtected(type, method))) {
            type = type.getSuperclass();
        }
        return type;
    }

    private static boolean declaresProtected(Class<?> type, Method override) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isProtected(method.getModifiers()))
                .anyMatch(method -> method.getName().equals(override.getName())
                        && method.getParameterCount() == override.getParameterCount()
                        && IntStream.range(0, override.getParameterCount())
                                .allMatch(i -> parameter(method, i, override.getDeclaringClass())
                                        == override.getParameterTypes()[i]));
    }

    /** The type of a parameter of an inherited method, where the type that inherits it determines the type variable in it. */
    static Class<?> parameter(Method method, int index, Class<?> inheriting) {
        return ResolvableType.forMethodParameter(method, index, inheriting).resolve(method.getParameterTypes()[index]);
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
        return Modifier.isFinal(method.getModifiers()) && AnnotatedTypes.isSprings(method.getDeclaringClass());
    }

    private static boolean isCallback(Method method, Class<?> targetClass) {
        return CALLBACKS.stream()
                .filter(callback -> callback.isAssignableFrom(targetClass) || callback == Object.class)
                .anyMatch(callback -> declares(callback, method, targetClass));
    }

    /** An interface of Spring that extends a callback adds callbacks, and one of the application adds operations. */
    private static boolean declares(Class<?> callback, Method method, Class<?> targetClass) {
        return ClassUtils.hasMethod(callback, method.getName(), method.getParameterTypes())
                || Interfaces.of(targetClass).stream()
                        .filter(type -> callback.isAssignableFrom(type) && callback != Object.class)
                        .filter(AnnotatedTypes::isSprings)
                        .anyMatch(type -> ClassUtils.hasMethod(type, method.getName(), method.getParameterTypes()));
    }
}
