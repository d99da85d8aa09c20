package io.scopeguard.spring.stream;

import io.scopeguard.spring.authorization.AnyTokenHandler;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.http.HttpEntity;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Determines by its return type whether a handler can stream. One with an unspecific type, such as {@code Object}, can.
 * Thread-safe.
 */
final class StreamingHandlers {

    private static final List<Class<?>> TYPES = List.of(
            ResponseBodyEmitter.class,
            StreamingResponseBody.class,
            DeferredResult.class,
            WebAsyncTask.class,
            Callable.class,
            CompletionStage.class);

    private final Map<Method, Boolean> known = new ConcurrentHashMap<>();

    boolean contains(Object handler) {
        if (handler instanceof AnyTokenHandler) {
            // An MCP endpoint.
            return true;
        }
        // Streams of signals are watched with the decision that they compare.
        if (!(handler instanceof HandlerMethod method) || method.getBeanType().equals(SignalStreamController.class)) {
            return false;
        }
        Boolean answer = known.get(method.getMethod());
        return answer != null
                ? answer
                : known.computeIfAbsent(method.getMethod(), declared -> canStream(declared, method.getBeanType()));
    }

    private static boolean canStream(Method method, Class<?> type) {
        ResolvableType returned = ResolvableType.forMethodReturnType(method, type);
        Class<?> outer = returned.resolve(Object.class);
        ResolvableType body = HttpEntity.class.isAssignableFrom(outer)
                ? returned.as(HttpEntity.class).getGeneric()
                : returned;
        Class<?> resolved = body.resolve(Object.class);
        return resolved.equals(Object.class)
                || TYPES.stream().anyMatch(each -> each.isAssignableFrom(resolved))
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(resolved) != null;
    }
}
