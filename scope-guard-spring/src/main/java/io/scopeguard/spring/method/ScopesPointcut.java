package io.scopeguard.spring.method;

import java.lang.reflect.Method;
import java.util.function.Supplier;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.util.ClassUtils;

/** The methods that {@link MethodRules} guard. Thread-safe. */
public final class ScopesPointcut extends StaticMethodMatcherPointcut {

    private final Supplier<MethodRules> rules;

    /** @param rules used first when a bean is created; they may not exist yet when proxies are configured */
    public ScopesPointcut(Supplier<MethodRules> rules) {
        this.rules = rules;
        setClassFilter(type -> AnnotatedTypes.SHARED.contains(type)
                && !rules.get().of(ClassUtils.getUserClass(type)).guarded().isEmpty());
    }

    @Override
    public boolean matches(Method method, Class<?> targetClass) {
        return rules.get().of(method, targetClass) != null;
    }
}
