package io.scopeguard.spring.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.token.AccessToken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketSession;

/** The time between the response to a handshake and the session. */
class WebSocketStreamTests {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final ScopeGuard guard = mock(ScopeGuard.class);
    private final OpenStreams streams = new OpenStreams(guard, event -> {}, event -> {});
    private final WebSocketStream stream = new WebSocketStream(guard);
    private final WebSocketSession session = mock(WebSocketSession.class);
    private final WebSocketHandler application = mock(WebSocketHandler.class);
    private final GuardedWebSocketHandler handler = new GuardedWebSocketHandler(application);

    @BeforeEach
    void open() {
        stream.opened(streams.open(Kind.WEBSOCKET, List.of(), stream::end), mock(AccessToken.class));
        when(session.getAttributes()).thenReturn(Map.of(WebSocketStreams.class.getName() + ".stream", stream));
    }

    @AfterEach
    void close() {
        streams.destroy();
    }

    @Test
    void answeredWhenTheSessionIsNotEstablishedThenItNoLongerCounts() {
        stream.answered(Duration.ofMillis(1));

        await().atMost(PATIENCE).until(() -> streams.count(Kind.WEBSOCKET) == 0);
    }

    @Test
    void establishedWhenInTimeThenItCountsUntilItIsClosed() throws Exception {
        handler.afterConnectionEstablished(session);
        stream.answered(Duration.ZERO);
        verify(application).afterConnectionEstablished(any());
        assertThat(stream.isAbandoned()).isFalse();
        assertThat(streams.count(Kind.WEBSOCKET)).isOne();

        handler.afterConnectionClosed(session, CloseStatus.NORMAL);

        assertThat(streams.count(Kind.WEBSOCKET)).isZero();
        verify(application).afterConnectionClosed(any(), any());
    }

    /** It is not watched any more. */
    @Test
    void establishedWhenTooLateThenClosedAndTheApplicationDoesNotSeeIt() throws Exception {
        stream.answered(Duration.ZERO);
        await().atMost(PATIENCE).until(() -> streams.count(Kind.WEBSOCKET) == 0);

        handler.afterConnectionEstablished(session);

        verify(session).close(CloseStatus.SERVICE_OVERLOAD);
        handler.handleMessage(session, new TextMessage("hello"));
        handler.handleTransportError(session, new IllegalStateException("The client has gone."));
        handler.afterConnectionClosed(session, CloseStatus.SERVICE_OVERLOAD);
        verify(application, never()).afterConnectionEstablished(any());
        verify(application, never()).handleMessage(any(), any());
        verify(application, never()).handleTransportError(any(), any());
        verify(application, never()).afterConnectionClosed(any(), any());
    }
}
