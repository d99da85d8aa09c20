package io.scopeguard.spring.stream;

import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.WebSocketHandlerDecorator;

/** Gives the application's handler sessions that another thread may close, and takes out messages that renew the token. */
final class GuardedWebSocketHandler extends WebSocketHandlerDecorator {

    GuardedWebSocketHandler(WebSocketHandler handler) {
        super(handler);
    }

    @Override
    public void afterConnectionEstablished(WebSocketSession session) throws Exception {
        WebSocketStream stream = WebSocketStreams.of(session.getAttributes());
        if (stream == null) {
            super.afterConnectionEstablished(session);
            return;
        }
        WebSocketSession established = stream.established(session);
        if (stream.isAbandoned()) {
            established.close(CloseStatus.SERVICE_OVERLOAD);
            return;
        }
        super.afterConnectionEstablished(established);
        stream.endIfOver();
    }

    @Override
    public void handleMessage(WebSocketSession session, WebSocketMessage<?> message) throws Exception {
        WebSocketStream stream = WebSocketStreams.of(session.getAttributes());
        if (stream == null) {
            super.handleMessage(session, message);
        } else if (!stream.isAbandoned() && !stream.takes(message)) {
            super.handleMessage(stream.session(), message);
        }
    }

    @Override
    public void handleTransportError(WebSocketSession session, Throwable exception) throws Exception {
        WebSocketStream stream = WebSocketStreams.of(session.getAttributes());
        if (stream == null || !stream.isAbandoned()) {
            super.handleTransportError(stream == null ? session : stream.session(), exception);
        }
    }

    @Override
    public void afterConnectionClosed(WebSocketSession session, CloseStatus status) throws Exception {
        WebSocketStream stream = WebSocketStreams.of(session.getAttributes());
        if (stream == null) {
            super.afterConnectionClosed(session, status);
            return;
        }
        stream.close();
        if (!stream.isAbandoned()) {
            super.afterConnectionClosed(stream.session(), status);
        }
    }
}
