package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import java.lang.reflect.Field;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.function.HandlerFilterFunction;
import org.springframework.web.servlet.function.HandlerFunction;

/**
 * Finds the handler function behind the filters of a router function. Such a router returns a new object for each request, which
 * calls the filter with the handler and carries no annotations. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class FilteredHandlers {

    private static final String FILTERED = HandlerFilterFunction.class.getName() + "$$Lambda";

    /** The field that has the inner handler, by the class of the outer one. Classes are few, objects are not. */
    private static final ClassValue<Field> INNER = new ClassValue<>() {
        @Override
        protected Field computeValue(Class<?> type) {
            return inner(type);
        }
    };

    private FilteredHandlers() {}

    /**
     * Returns the handler that the filters call in the end, or the same handler if there are none.
     *
     * @throws IllegalStateException if the handler cannot be found: no request may be let pass without its annotations
     */
    public static Object unwrap(Object handler) {
        Object unwrapped = handler;
        while (isFiltered(unwrapped)) {
            unwrapped = innerOf(unwrapped);
        }
        return unwrapped;
    }

    private static boolean isFiltered(Object handler) {
        return handler instanceof HandlerFunction<?>
                && handler.getClass().getName().startsWith(FILTERED);
    }

    private static Object innerOf(Object filtered) {
        try {
            Object inner = INNER.get(filtered.getClass()).get(filtered);
            if (inner != null) {
                return inner;
            }
        } catch (IllegalAccessException e) {
            throw notFound(filtered.getClass(), e);
        }
        throw notFound(filtered.getClass(), null);
    }

    private static Field inner(Class<?> filtered) {
        Field field = Arrays.stream(filtered.getDeclaredFields())
                .filter(each -> HandlerFunction.class.isAssignableFrom(each.getType()))
                .findFirst()
                .orElseThrow(() -> notFound(filtered, null));
        field.setAccessible(true);
        return field;
    }

    private static IllegalStateException notFound(Class<?> filtered, @Nullable Exception cause) {
        return new IllegalStateException(
                "Cannot find the handler behind the filters of a router function: " + filtered.getName(), cause);
    }
}
