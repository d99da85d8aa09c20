package io.scopeguard.spring.method;

import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.AopInfrastructureBean;
import org.springframework.aop.target.AbstractBeanFactoryBasedTargetSource;
import org.springframework.util.ClassUtils;

/** Examines proxies and the objects behind them. */
final class GuardProxies {

    private GuardProxies() {}

    /** The classes of an object and, if it is a proxy, of all objects behind it. */
    static List<Class<?>> classesOf(Object bean) {
        List<Class<?>> classes = new ArrayList<>();
        for (Object each = bean; each != null; each = targetOf(each)) {
            classes.add(ClassUtils.getUserClass(each));
        }
        return classes;
    }

    /** Whether calls of the object pass method security. */
    static boolean isGuarded(Object bean) {
        for (Object each = bean; each != null; each = targetOf(each)) {
            if (each instanceof Advised advised
                    && Arrays.stream(advised.getAdvisors()).anyMatch(GuardProxies::isGuard)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the object only delegates to another bean, which is guarded itself: the bean of a scope or of a pool. */
    static boolean leadsToOtherBean(Object bean) {
        return bean instanceof AopInfrastructureBean
                || (bean instanceof Advised advised
                        && advised.getTargetSource() instanceof AbstractBeanFactoryBasedTargetSource);
    }

    /** The reason why no proxy class can extend the class; {@code null} if one can. */
    static @Nullable String obstacle(Class<?> type) {
        if (Modifier.isFinal(type.getModifiers())) {
            return "is final";
        }
        Constructor<?>[] constructors = type.getDeclaredConstructors();
        boolean visible = type.isInterface()
                || Arrays.stream(constructors).anyMatch(each -> !Modifier.isPrivate(each.getModifiers()));
        return visible ? null : "has private constructors only";
    }

    private static boolean isGuard(Advisor advisor) {
        return advisor instanceof PointcutAdvisor guard && guard.getPointcut() instanceof ScopesPointcut;
    }

    private static @Nullable Object targetOf(Object object) {
        TargetSource source = object instanceof Advised advised ? advised.getTargetSource() : null;
        if (source == null || !source.isStatic()) {
            return null;
        }
        try {
            return source.getTarget();
        } catch (Exception e) {
            throw new IllegalStateException("a static target source has its target", e);
        }
    }
}
