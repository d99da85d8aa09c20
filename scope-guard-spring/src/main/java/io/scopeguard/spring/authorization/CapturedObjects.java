package io.scopeguard.spring.authorization;

import io.scopeguard.annotation.Internal;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.function.HandlerFunction;

/**
 * The objects that a function refers to, such as the one in front of {@code ::} in a method reference.
 *
 * @hidden
 */
@Internal
public final class CapturedObjects {

    /** The maximum depth of nested functions. */
    public static final int MAX_DEPTH = 3;

    private CapturedObjects() {}

    /** The objects in the fields of an object. */
    public static Stream<Object> of(Object function) {
        return Arrays.stream(function.getClass().getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers())
                        && !field.getType().isPrimitive())
                .map(field -> valueOf(field, function))
                .flatMap(Stream::ofNullable);
    }

    /** Whether an object is a lambda expression, a method reference or a handler function, which may refer to others. */
    public static boolean isFunction(Object object) {
        return object.getClass().isSynthetic() || object instanceof HandlerFunction<?>;
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
}
