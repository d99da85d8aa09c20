package io.scopeguard.spring.authorization;

import java.lang.reflect.Method;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.method.HandlerMethod;

/**
 * A handler, and the path patterns at which a handler mapping serves it.
 *
 * @param handler a {@link HandlerMethod} or any other object that a handler adapter takes
 * @param type the class that is annotated, behind any proxy
 * @param method the method that handles requests, or {@code null} if the kind of handler has none that is known
 * @param patterns empty if the mapping does not reveal them
 * @param methods HTTP methods, empty for all
 * @param content the content that determines the rule, if the handler has no rule of its own
 */
record MappedHandler(
        Object handler,
        Class<?> type,
        @Nullable Method method,
        Set<String> patterns,
        Set<String> methods,
        Content content) {

    /** The content that a handler serves. */
    enum Content {
        /** Something of the application's own. */
        OPERATION,
        /** Files, or the welcome page. */
        STATIC,
        /** An endpoint of Actuator that is open by name. */
        OPEN_ENDPOINT,
        /** An endpoint of Actuator for operators alone, at the port of the API. */
        CLOSED_ENDPOINT
    }

    String name() {
        if (handler instanceof HandlerMethod handlerMethod) {
            return handlerMethod.getShortLogMessage();
        }
        return type.isHidden() || type.isSynthetic() ? "a function at " + patterns : type.getName();
    }

    /** Handlers of Spring itself, such as the error page, and of springdoc are not the application's to annotate. */
    boolean isFrameworks() {
        return type.getName().startsWith("org.springframework.")
                || type.getName().startsWith("org.springdoc.");
    }
}
