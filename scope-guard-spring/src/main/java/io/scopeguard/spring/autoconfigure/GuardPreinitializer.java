package io.scopeguard.spring.autoconfigure;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import org.springframework.boot.autoconfigure.preinitialize.BackgroundPreinitializer;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Prepares the beans in the background while Spring Boot starts: a cold JVM spends more time on loading the classes and on its means
 * of reflective calls than on the calls. Creates no bean and keeps nothing. Without it, everything happens in the same way, but later.
 *
 * <p>Found by Spring Boot through {@code spring.factories}. Spring Boot ignores failures, and calls it neither in a native image nor
 * on a single processor, nor if the system property {@code spring.backgroundpreinitializer.ignore} is set.
 */
final class GuardPreinitializer implements BackgroundPreinitializer {

    @Override
    public void preinitialize() {
        if (isAotProcessing()) {
            return;
        }
        var unused = new Binder().bindOrCreate("scope-guard", ScopeGuardProperties.class);
        prepareBeans(ScopeGuardAutoConfiguration.class);
        for (Class<?> configuration :
                ScopeGuardAutoConfiguration.class.getAnnotation(Import.class).value()) {
            prepareBeans(configuration);
        }
    }

    /** Nothing is called while the application is built. */
    static boolean isAotProcessing() {
        return Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING);
    }

    /** Prepares the beans of a configuration, unless an optional library is missing that it needs. */
    static void prepareBeans(Class<?> configuration) {
        try {
            for (Method method : ReflectionUtils.getDeclaredMethods(configuration)) {
                if (AnnotatedElementUtils.hasAnnotation(method, Bean.class)) {
                    link(method.getReturnType());
                    prepareCall(method);
                }
            }
        } catch (IllegalStateException | LinkageError e) {
            // Spring does not use the configuration either.
        }
    }

    /** Does not initialize the class: while another thread initializes a subclass of it, each could wait for the other. */
    private static void link(Class<?> type) {
        var unused = ReflectionUtils.getDeclaredMethods(type);
    }

    /** No method runs, because there is no object. But the JVM prepares the reflective call before it notices that. */
    private static void prepareCall(Method method) {
        if (Modifier.isStatic(method.getModifiers())) {
            return;
        }
        ReflectionUtils.makeAccessible(method);
        try {
            method.invoke(null);
        } catch (ReflectiveOperationException | NullPointerException noObject) {
            // As expected.
        }
    }
}
