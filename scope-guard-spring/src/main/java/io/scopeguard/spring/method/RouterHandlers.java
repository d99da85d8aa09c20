package io.scopeguard.spring.method;

import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.authorization.HandlerFunctionVisitor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.function.RequestPredicate;
import org.springframework.web.servlet.function.RouterFunction;

/**
 * Finds routes whose handler is a method of an unproxied object, such as {@code this::list}, because method security would not see
 * the call.
 */
final class RouterHandlers {

    /** The maximum depth of nested lambdas. */
    private static final int MAX_DEPTH = 3;

    private final ListableBeanFactory beans;
    private final MethodRules rules;

    RouterHandlers(ListableBeanFactory beans, MethodRules rules) {
        this.beans = beans;
        this.rules = rules;
    }

    /** @throws InvalidSettingException if there is such a route */
    void check() {
        Map<String, ?> routers = beans.getBeansOfType(RouterFunction.class);
        routers.forEach((name, router) -> ((RouterFunction<?>) router).accept(new Routes(name)));
    }

    private void check(String router, RequestPredicate predicate, Object handler, int depth) {
        captured(handler).forEach(object -> {
            if (isUnguarded(object)) {
                throw new InvalidSettingException(
                        "The route " + predicate + " of the bean '" + router + "'",
                        "holds an object of " + ClassUtils.getUserClass(object).getName()
                                + " that has methods which require scopes, but calls it without its proxy, so that method"
                                + " security does not see the call",
                        "Declare the route in another class, and inject the bean that has the annotated methods there:"
                                + " .GET(\"/path\", bean::method) instead of this::method.");
            }
            if (depth < MAX_DEPTH && isFunction(object)) {
                check(router, predicate, object, depth + 1);
            }
        });
    }

    private boolean isUnguarded(Object object) {
        return !GuardProxies.isGuarded(object)
                && !rules.of(ClassUtils.getUserClass(object)).guarded().isEmpty();
    }

    private static boolean isFunction(Object object) {
        return object.getClass().isSynthetic() || object instanceof HandlerFunction<?>;
    }

    private static Stream<Object> captured(Object handler) {
        return Arrays.stream(handler.getClass().getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers())
                        && !field.getType().isPrimitive())
                .map(field -> valueOf(field, handler))
                .flatMap(Stream::ofNullable);
    }

    private static @Nullable Object valueOf(Field field, Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            // The class belongs to the JDK or another module, not to the application.
            return null;
        }
    }

    private final class Routes extends HandlerFunctionVisitor {

        private final String router;

        Routes(String router) {
            this.router = router;
        }

        @Override
        public void route(RequestPredicate predicate, HandlerFunction<?> handler) {
            check(router, predicate, handler, 1);
        }
    }
}
