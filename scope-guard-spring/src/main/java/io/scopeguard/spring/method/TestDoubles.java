package io.scopeguard.spring.method;

import java.lang.reflect.Method;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/** Recognizes mocks in tests. They replace a bean without being created by the container, and need no guard. */
final class TestDoubles {

    private static final String MOCKITO = "org.mockito.Mockito";

    private TestDoubles() {}

    static boolean include(Object bean) {
        ClassLoader loader = bean.getClass().getClassLoader();
        if (!ClassUtils.isPresent(MOCKITO, loader)) {
            return false;
        }
        Class<?> mockito = ClassUtils.resolveClassName(MOCKITO, loader);
        Method details = ClassUtils.getMethod(mockito, "mockingDetails", Object.class);
        Object found = ReflectionUtils.invokeMethod(details, null, bean);
        Method isMock = ClassUtils.getMethod(details.getReturnType(), "isMock");
        return Boolean.TRUE.equals(ReflectionUtils.invokeMethod(isMock, found));
    }
}
