package io.scopeguard.spring.authorization;

import jakarta.servlet.Servlet;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.DirectFieldAccessor;
import org.springframework.util.ClassUtils;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.function.HandlerFunction;
import org.springframework.web.servlet.mvc.Controller;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.handler.PerConnectionWebSocketHandler;
import org.springframework.web.socket.handler.WebSocketHandlerDecorator;
import org.springframework.web.socket.server.support.WebSocketHttpRequestHandler;
import org.springframework.web.socket.sockjs.support.SockJsHttpRequestHandler;

/**
 * The class and the method that carry the annotations of a handler.
 *
 * @param method {@code null} if the whole class is the handler, as with WebSocket handlers
 */
record HandlerSubject(Class<?> type, @Nullable Method method) {

    private static final boolean WEB_SOCKET = ClassUtils.isPresent(
            "org.springframework.web.socket.WebSocketHandler", HandlerSubject.class.getClassLoader());

    private static final List<Class<?>> KINDS =
            List.of(HttpRequestHandler.class, Controller.class, HandlerFunction.class, Servlet.class);
    private static final Set<String> HANDLING = Set.of("handleRequest", "handle", "service");

    static HandlerSubject of(Object handler) {
        if (handler instanceof HandlerMethod method) {
            return new HandlerSubject(type(method), method.getMethod());
        }
        Object unfiltered = FilteredHandlers.unwrap(handler);
        Class<?> type = WEB_SOCKET ? WebSockets.type(unfiltered) : AopProxyUtils.ultimateTargetClass(unfiltered);
        return new HandlerSubject(type, handlingMethod(type));
    }

    /** Methods of handlers behind a JDK proxy are known by the interface; the annotations are on the class behind it. */
    private static Class<?> type(HandlerMethod handler) {
        Class<?> type = handler.getBeanType();
        return Proxy.isProxyClass(type) && !(handler.getBean() instanceof String)
                ? AopProxyUtils.ultimateTargetClass(handler.getBean())
                : type;
    }

    /** For messages. */
    String name() {
        return method == null ? type.getName() : type.getName() + "#" + method.getName();
    }

    /** The handler with the method of its class, where a mapping knows it by a method of an interface. */
    HandlerSubject specific() {
        return method == null ? this : new HandlerSubject(type, AopUtils.getMostSpecificMethod(method, type));
    }

    private static @Nullable Method handlingMethod(Class<?> type) {
        return KINDS.stream()
                .filter(kind -> kind.isAssignableFrom(type))
                .flatMap(kind -> Arrays.stream(kind.getMethods()))
                .filter(method -> HANDLING.contains(method.getName()))
                .map(method -> AopUtils.getMostSpecificMethod(method, type))
                .findFirst()
                .orElse(null);
    }

    /** Apart from the rest, for applications without WebSocket. */
    private static final class WebSockets {

        private static final Class<?> PER_CONNECTION = PerConnectionWebSocketHandler.class;

        static Class<?> type(Object handler) {
            Object served = unwrap(handler);
            return served.getClass().equals(PER_CONNECTION)
                    ? typePerConnection(served)
                    : AopProxyUtils.ultimateTargetClass(served);
        }

        /** The class of the handlers that it creates, which nothing else reveals. */
        private static Class<?> typePerConnection(Object handler) {
            Object type = new DirectFieldAccessor(handler).getPropertyValue("provider.handlerType");
            return (Class<?>) Objects.requireNonNull(type);
        }

        private static Object unwrap(Object handler) {
            if (handler instanceof WebSocketHttpRequestHandler handshake) {
                return last(handshake.getWebSocketHandler());
            }
            return handler instanceof SockJsHttpRequestHandler sockJs ? last(sockJs.getWebSocketHandler()) : handler;
        }

        private static Object last(WebSocketHandler handler) {
            return WebSocketHandlerDecorator.unwrap(handler);
        }
    }
}
