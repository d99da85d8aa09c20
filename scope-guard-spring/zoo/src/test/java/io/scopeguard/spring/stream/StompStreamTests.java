package io.scopeguard.spring.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.Watch;
import io.scopeguard.signal.ScopeDriftHeader;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.token.AccessToken;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.WebSocketSession;

class StompStreamTests {

    private final ScopeGuard guard = mock(ScopeGuard.class, withSettings().stubOnly());
    private final OpenStreams streams = new OpenStreams(guard, event -> {}, event -> {});
    private final OpenStream open = streams.open(Kind.STOMP, List.of(), end -> {});
    private final StompStream session = new StompStream(guard, mock(ScopeDriftHeader.class));
    private final List<String> closed = new ArrayList<>();

    @BeforeEach
    void open() throws Exception {
        WebSocketSession socket = mock(WebSocketSession.class);
        doAnswer(call -> closed.add(call.<CloseStatus>getArgument(0).getReason()))
                .when(socket)
                .close(any());
        when(guard.watch(any(), any()))
                .thenReturn(mock(Watch.class, withSettings().stubOnly()));
        session.opened(open, mock(AccessToken.class));
        session.established(socket);
    }

    @AfterEach
    void close() {
        streams.destroy();
    }

    /** A rule and a method may each require a right for the same subscription. */
    @Test
    void subscribedWhenTheSessionHasAsManyRightsAsMayBeWatchedThenItEnds() {
        List<Decision> granted = List.of(mock(Decision.class), mock(Decision.class));
        for (int i = 0; i < StompStream.MAX_SUBSCRIPTIONS / 2; i++) {
            session.subscribing("subscription " + i, 1);
            session.subscribed("subscription " + i, granted);
        }
        assertThat(closed).isEmpty();

        session.subscribing("one more", 1);
        session.subscribed("one more", granted);

        assertThat(closed).containsOnly("too-many-subscriptions");
    }
}
