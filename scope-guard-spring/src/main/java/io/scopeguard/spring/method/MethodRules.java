package io.scopeguard.spring.method;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.DeclaredScopes;
import io.scopeguard.spring.authorization.RequirementReader;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodClassKey;
import org.springframework.util.ClassUtils;

/** The rules of all methods that method security guards, read at the first use of their class. Thread-safe. */
public final class MethodRules {

    private final RequirementReader reader;
    private final DeclaredScopes declared;
    private final Map<Class<?>, AnnotatedClass> classes = new ConcurrentHashMap<>();
    private final Map<MethodClassKey, Optional<MethodRule>> rules = new ConcurrentHashMap<>();

    /** @param declared collects all requirements */
    public MethodRules(RequirementReader reader, DeclaredScopes declared) {
        this.reader = reader;
        this.declared = declared;
    }

    /** The rule for calls of the method on such an object; {@code null} if method security does not guard it. */
    @Nullable
    MethodRule of(Method method, Class<?> targetClass) {
        return rules.computeIfAbsent(new MethodClassKey(method, targetClass), key -> {
                    Class<?> type = ClassUtils.getUserClass(targetClass);
                    return Optional.ofNullable(of(type).guarded().get(BeanMethods.mostSpecific(method, type)));
                })
                .orElse(null);
    }

    /**
     * The annotations of a class.
     *
     * @param type the class behind proxies
     * @throws InvalidSettingException if one of them cannot be enforced
     */
    AnnotatedClass of(Class<?> type) {
        if (!AnnotatedTypes.SHARED.contains(type)) {
            return AnnotatedClass.NONE;
        }
        AnnotatedClass known = classes.get(type);
        return known != null ? known : classes.computeIfAbsent(type, this::read);
    }

    private AnnotatedClass read(Class<?> type) {
        AnnotatedClass read = new AnnotatedClassReader(reader, type).read();
        read.guarded().values().forEach(rule -> declared.add(rule.requires(), rule.name()));
        read.operations().values().forEach(rule -> declared.add(rule.requires(), rule.name()));
        return read;
    }
}
