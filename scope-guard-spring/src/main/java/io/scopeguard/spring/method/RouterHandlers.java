package io.scopeguard.spring.method;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.CapturedObjects;
import io.scopeguard.spring.authorization.HandlerRules;
import org.springframework.util.ClassUtils;

/**
 * Finds handlers that call a method of an unproxied object, such as {@code this::list}, because method security would not see the
 * call.
 */
final class RouterHandlers {

    private final HandlerRules handlers;
    private final MethodRules rules;

    RouterHandlers(HandlerRules handlers, MethodRules rules) {
        this.handlers = handlers;
        this.rules = rules;
    }

    /** @throws InvalidSettingException if there is such a handler */
    void check() {
        handlers.forEachObject((handler, name) -> {
            if (CapturedObjects.isFunction(handler)) {
                check(name, handler, 1);
            }
        });
    }

    private void check(String name, Object handler, int depth) {
        CapturedObjects.of(handler).forEach(object -> {
            if (isUnguarded(object)) {
                throw new InvalidSettingException(
                        name,
                        "holds an object of " + ClassUtils.getUserClass(object).getName()
                                + " that has methods which require scopes, but calls it without its proxy, so that method"
                                + " security does not see the call",
                        "Declare the handler in another class, and inject the bean that has the annotated methods there:"
                                + " .GET(\"/path\", bean::method) instead of this::method.");
            }
            if (depth < CapturedObjects.MAX_DEPTH && CapturedObjects.isFunction(object)) {
                check(name, object, depth + 1);
            }
        });
    }

    private boolean isUnguarded(Object object) {
        return !GuardProxies.isGuarded(object)
                && !rules.of(ClassUtils.getUserClass(object)).guarded().isEmpty();
    }
}
