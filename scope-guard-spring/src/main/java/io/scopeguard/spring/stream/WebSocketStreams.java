package io.scopeguard.spring.stream;

import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.annotation.Internal;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.http.server.ServletServerHttpRequest;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.handler.WebSocketHandlerDecorator;
import org.springframework.web.socket.messaging.SubProtocolWebSocketHandler;
import org.springframework.web.socket.server.HandshakeInterceptor;
import org.springframework.web.socket.server.support.WebSocketHttpRequestHandler;

/**
 * WebSocket sessions of Spring's handlers. Needs {@code spring-websocket}. Thread-safe.
 *
 * @hidden
 */
@Internal
public final class WebSocketStreams implements WebSocketUpgrade {

    private static final String STREAM = WebSocketStreams.class.getName() + ".stream";

    /** Containers establish a session right after the response to its handshake. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final OpenStreams streams;
    private final ScopeGuard guard;
    private final ScopeDriftHeader header;
    private final Map<WebSocketHttpRequestHandler, WebSocketHttpRequestHandler> guarded = new ConcurrentHashMap<>();

    public WebSocketStreams(OpenStreams streams, ScopeGuard guard, ScopeDriftHeader header) {
        this.streams = streams;
        this.guard = guard;
        this.header = header;
    }

    @Override
    public boolean handles(Object handler) {
        // A subclass may do more than a copy could repeat.
        return handler.getClass() == WebSocketHttpRequestHandler.class;
    }

    @Override
    public Object begin(HttpServletRequest request, Object handler, List<Decision> granted) {
        WebSocketHttpRequestHandler original = (WebSocketHttpRequestHandler) handler;
        boolean isStomp =
                WebSocketHandlerDecorator.unwrap(original.getWebSocketHandler()) instanceof SubProtocolWebSocketHandler;
        WebSocketStream stream = isStomp ? new StompStream(guard, header) : new WebSocketStream(guard);
        stream.opened(
                streams.open(isStomp ? Kind.STOMP : Kind.WEBSOCKET, granted, stream::end),
                granted.get(0).token());
        request.setAttribute(STREAM, stream);
        return guarded.computeIfAbsent(original, WebSocketStreams::guarded);
    }

    @Override
    public void finish(HttpServletRequest request, boolean isUpgraded) {
        if (request.getAttribute(STREAM) instanceof WebSocketStream stream) {
            if (isUpgraded) {
                stream.answered(PATIENCE);
            } else {
                stream.close();
            }
        }
    }

    /** The same handler, whose sessions are guarded. Its life cycle stays with the original. */
    private static WebSocketHttpRequestHandler guarded(WebSocketHttpRequestHandler original) {
        WebSocketHttpRequestHandler copy = new WebSocketHttpRequestHandler(
                new GuardedWebSocketHandler(original.getWebSocketHandler()), original.getHandshakeHandler());
        List<HandshakeInterceptor> interceptors = new ArrayList<>(original.getHandshakeInterceptors());
        interceptors.add(new StreamAttribute());
        copy.setHandshakeInterceptors(interceptors);
        return copy;
    }

    static @Nullable WebSocketStream of(Map<String, Object> attributes) {
        return (WebSocketStream) attributes.get(STREAM);
    }

    /** Takes the stream from the request of the handshake to the session. */
    private static final class StreamAttribute implements HandshakeInterceptor {

        @Override
        public boolean beforeHandshake(
                ServerHttpRequest request,
                ServerHttpResponse response,
                WebSocketHandler handler,
                Map<String, Object> attributes) {
            Object stream =
                    ((ServletServerHttpRequest) request).getServletRequest().getAttribute(STREAM);
            attributes.put(STREAM, stream);
            return true;
        }

        @Override
        public void afterHandshake(
                ServerHttpRequest request,
                ServerHttpResponse response,
                WebSocketHandler handler,
                @Nullable Exception exception) {}
    }
}
