package io.scopeguard.spring.method;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.springframework.core.BridgeMethodResolver;

/**
 * Declarations of one operation in the interfaces of a proxy. If an interface overrides a method with generic parameters, the proxy
 * has a method for each signature, and callers may use any of them.
 */
final class InterfaceMethods {

    private InterfaceMethods() {}

    /** The declaration by which an operation is known: the same for each method of the proxy that calls it. */
    static Method representative(Method method, Class<?> proxyClass) {
        List<Method> nearest = nearest(method, proxyClass);
        return nearest.isEmpty() ? method : nearest.get(0);
    }

    /** The declarations of the same operation that no other declaration overrides: several if interfaces do not extend each other. */
    static List<Method> nearest(Method method, Class<?> proxyClass) {
        Method bridged = BridgeMethodResolver.findBridgedMethod(method);
        List<Method> all = Interfaces.of(proxyClass).stream()
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter(other -> isDeclaration(other) && isSame(bridged, other, proxyClass))
                .toList();
        return all.stream()
                .filter(each -> all.stream().noneMatch(other -> isOverridden(each, other)))
                .toList();
    }

    private static boolean isDeclaration(Method method) {
        return !BeanMethods.isFixed(method) && !method.isBridge() && !method.isSynthetic();
    }

    private static boolean isSame(Method one, Method other, Class<?> proxyClass) {
        if (!one.getName().equals(other.getName()) || one.getParameterCount() != other.getParameterCount()) {
            return false;
        }
        return Arrays.equals(parameters(one, proxyClass), parameters(other, proxyClass));
    }

    private static Class<?>[] parameters(Method method, Class<?> proxyClass) {
        Class<?>[] types = method.getParameterTypes();
        for (int i = 0; i < types.length; i++) {
            types[i] = parameter(method, i, proxyClass);
        }
        return types;
    }

    /** The type of a parameter, where one of the proxy's interfaces determines the type variable in it. */
    private static Class<?> parameter(Method method, int index, Class<?> proxyClass) {
        Class<?> erased = method.getParameterTypes()[index];
        return Arrays.stream(proxyClass.getInterfaces())
                .filter(method.getDeclaringClass()::isAssignableFrom)
                .<Class<?>>map(type -> BeanMethods.parameter(method, index, type))
                .filter(type -> type != erased)
                .findFirst()
                .orElse(erased);
    }

    private static boolean isOverridden(Method method, Method by) {
        Class<?> declaring = method.getDeclaringClass();
        return declaring != by.getDeclaringClass() && declaring.isAssignableFrom(by.getDeclaringClass());
    }
}
