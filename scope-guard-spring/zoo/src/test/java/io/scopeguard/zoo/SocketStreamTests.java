package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authentication.AccessTokenJwt;
import io.scopeguard.spring.authorization.ScopeChecker;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.StreamFixture;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import jakarta.websocket.Session;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.simp.config.ChannelRegistration;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.messaging.support.ChannelInterceptor;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketHandler;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.adapter.NativeWebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.handler.ConcurrentWebSocketSessionDecorator;
import org.springframework.web.socket.handler.TextWebSocketHandler;
import org.springframework.web.socket.handler.WebSocketSessionDecorator;
import org.springframework.web.socket.server.HandshakeInterceptor;

/** WebSocket and STOMP sessions end with the right to them, and go on with a renewed token. */
@Timeout(600)
class SocketStreamTests {

    private static final int MAX_OPEN = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final StreamFixture fixture = new StreamFixture();
    private static final MovableClock clock = fixture.clock();
    private static final TenantServer tenant = fixture.tenant();
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @BeforeAll
    static void start() {
        api = fixture.start(MAX_OPEN, List.of(), Sockets.class);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @AfterEach
    void nothingStaysOpen() {
        fixture.endAll();
    }

    @Test
    void socketWhenScopeIsRevokedThenClosedAsForbidden() throws Exception {
        tenant.join(acme, user, "read:report");
        SocketClient socket = open("echo", token("read:report"));
        assertThat(socket.ask("hello")).isEqualTo("echo hello");
        assertThat(open("websocket")).isEqualTo(1);
        double before = ended("websocket", "insufficient_scope");
        tenant.join(acme, user, "write:report");

        assertThat(socket.next(fixture::timePasses)).isEqualTo("closed 4403 insufficient-scope");

        await().atMost(PATIENCE).until(() -> open("websocket") == 0);
        assertThat(ended("websocket", "insufficient_scope")).isEqualTo(before + 1);
    }

    @Test
    void socketWhenUserIsSuspendedThenClosedAsUnauthorized() throws Exception {
        tenant.join(acme, user, "read:report");
        SocketClient socket = open("echo", token("read:report"));
        assertThat(socket.ask("hello")).isEqualTo("echo hello");
        tenant.suspend(user);

        assertThat(socket.next(fixture::timePasses)).isEqualTo("closed 4401 subject-inactive");
    }

    @Test
    void socketWhenTokenIsRenewedThenItOutlivesTheFirst() throws Exception {
        tenant.join(acme, user, "read:report");
        SocketClient socket = open("echo", expiringIn(300));
        TestToken second = expiringIn(3_000);
        assertThat(socket.ask("Authorization: Bearer " + second.signed())).isEqualTo("Scope-Guard: renewed");
        clock.advance(Duration.ofSeconds(400));
        assertThat(socket.ask("hello")).isEqualTo("echo hello");
        clock.advance(Duration.ofSeconds(3_000));

        assertThat(socket.next(() -> {})).isEqualTo("closed 4401 expired");
    }

    /** Tomcat neither establishes such a session nor closes one. */
    @Test
    @Tag("thorough")
    void handshakeWhenTheClientHasGoneBeforeTheResponseThenForgotten() throws Exception {
        tenant.join(acme, user, "read:report");
        try (Socket socket = new Socket("localhost", api.port())) {
            String handshake = "GET /organizations/" + acme + "/slow HTTP/1.1\r\nHost: localhost\r\n"
                    + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer "
                    + token("read:report").signed() + "\r\n\r\n";
            socket.getOutputStream().write(handshake.getBytes(StandardCharsets.US_ASCII));
            await().atMost(PATIENCE).until(() -> open("websocket") == 1);
            // Resets the connection.
            socket.setSoLinger(true, 0);
        }
        Sockets.handshakes.release();

        await().atMost(PATIENCE).until(() -> open("websocket") == 0);
    }

    /** A handler of messages takes the security context from the session. */
    @Test
    void messageWhenTokenWasRenewedThenDecidedWithIt() throws Exception {
        tenant.join(acme, user, "read:report", "write:report");
        SocketClient socket = open("checked", expiringIn(300));
        assertThat(socket.ask("read:report")).isEqualTo("granted");
        assertThat(socket.ask("write:report")).isEqualTo("denied");
        TestToken second =
                token("read:report", "write:report").with("exp", clock.instant().getEpochSecond() + 3_000);
        assertThat(socket.ask("Authorization: Bearer " + second.signed())).isEqualTo("Scope-Guard: renewed");
        clock.advance(Duration.ofSeconds(400));

        assertThat(socket.ask("read:report")).isEqualTo("granted");
        assertThat(socket.ask("write:report")).isEqualTo("granted");
        tenant.join(acme, user, "read:report");
        clock.advance(Duration.ofMinutes(1));
        assertThat(socket.ask("write:report")).isEqualTo("denied");
    }

    @Test
    void socketWhenRenewedWithAnotherTokenThenRefusedAndItGoesOn() throws Exception {
        String other = tenant.newUser();
        tenant.join(acme, user, "read:report");
        tenant.join(acme, other, "read:report");
        String bearer = "Authorization: Bearer ";
        SocketClient socket = open("echo", token("read:report"));

        assertThat(socket.ask(bearer
                        + tenant.organizationToken(acme, other, "read:report").signed()))
                .isEqualTo("Scope-Guard: not-renewed, other-token");
        assertThat(socket.ask(
                        bearer + token("read:report").with("client_id", "other").signed()))
                .isEqualTo("Scope-Guard: not-renewed, other-token");
        assertThat(socket.ask(bearer + token().signed())).isEqualTo("Scope-Guard: not-renewed, insufficient-scope");
        assertThat(socket.ask(bearer + "nonsense")).isEqualTo("Scope-Guard: not-renewed, invalid-token");
        assertThat(socket.ask("hello")).isEqualTo("echo hello");
    }

    @Test
    void openWhenAsManyAreOpenAsMayBeThenTheHandshakeIsRefused() throws Exception {
        tenant.join(acme, user, "read:report");
        TestToken token = token("read:report");
        SocketClient first = open("echo", token);
        for (int i = 1; i < MAX_OPEN; i++) {
            open("echo", token);
        }

        assertThat(refusal(token)).isEqualTo(503);

        first.close();
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(fixture.streams().count(Kind.WEBSOCKET)).isEqualTo(MAX_OPEN - 1));
        assertThat(open("echo", token).ask("hello")).isEqualTo("echo hello");
    }

    /** More of them than there usually are threads that end streams. */
    @Test
    void socketWhenOthersDoNotReadThenItsEndIsNotDelayed() throws Exception {
        tenant.join(acme, user, "read:report");
        TestToken unread = token("read:report");
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 1; i < MAX_OPEN; i++) {
                idle.add(openWithoutReading("flood", unread));
            }
            await().atMost(PATIENCE).until(() -> Sockets.Flood.stuck() == MAX_OPEN - 1);
            SocketClient reading = open("echo", token("read:report"));
            String fingerprint = unread.fingerprint();
            assertThat(fixture.streams().end(token -> token.fingerprint().equals(fingerprint)))
                    .isEqualTo(MAX_OPEN - 1);
            assertThat(fixture.streams().end(token -> true)).isEqualTo(1);

            assertThat(reading.next(() -> {})).isEqualTo("closed 4403 application");

            assertThat(Sockets.Flood.stuck()).isEqualTo(MAX_OPEN - 1);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
        await().atMost(PATIENCE).until(() -> Sockets.Flood.sessions.isEmpty());
    }

    private Socket openWithoutReading(String path, TestToken token) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress("localhost", api.port()));
        String request = "GET /organizations/" + acme + "/" + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer " + token.signed()
                + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 101".length());
        assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 101");
        return socket;
    }

    private int refusal(TestToken token) throws Exception {
        try {
            open("echo", token);
            return 101;
        } catch (CompletionException e) {
            return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
        }
    }

    @Test
    void stompWhenMembershipEndsThenAnErrorFrameNamesTheRemedy() throws Exception {
        tenant.join(acme, user, "read:report");
        SocketClient socket = connect(token("read:report"));
        assertThat(open("stomp")).isEqualTo(1);
        double before = ended("stomp", "not_a_member");
        tenant.leave(acme, user);

        String error = socket.next(fixture::timePasses);

        assertThat(error).startsWith("ERROR\n").contains("message:not-a-member\n", "scope-drift:action=refresh");
        assertThat(socket.next(() -> {})).isEqualTo("closed 4403 not-a-member");
        await().atMost(PATIENCE).until(() -> open("stomp") == 0);
        assertThat(ended("stomp", "not_a_member")).isEqualTo(before + 1);
    }

    @Test
    void stompWhenTokenIsRenewedThenConfirmedAndTheSessionOutlivesTheFirst() throws Exception {
        tenant.join(acme, user, "read:report");
        SocketClient socket = connect(expiringIn(300));

        String receipt = socket.ask("SEND\ndestination:/scope-guard/token\nreceipt:r1\nAuthorization:Bearer "
                + expiringIn(3_000).signed() + "\n\n\0");

        assertThat(receipt).startsWith("RECEIPT\n").contains("receipt-id:r1\n");
        clock.advance(Duration.ofSeconds(400));
        socket.send("SUBSCRIBE\nid:1\ndestination:/topic/news\n\n\0");
        socket.send("SEND\ndestination:/topic/news\n\nhello\0");
        assertThat(socket.next(() -> {})).startsWith("MESSAGE\n").contains("hello");
    }

    /** Clients such as React Native's may send every frame in a binary message. */
    @Test
    void stompWhenTokenIsRenewedInABinaryMessageThenConfirmedAndTheApplicationDoesNotSeeIt() throws Exception {
        tenant.join(acme, user, "read:report");
        SocketClient socket = connect(expiringIn(300));
        socket.sendBinary("SUBSCRIBE\nid:1\ndestination:/topic/news\n\n\0");

        socket.sendBinary("\nSEND\ndestination:/scope-guard/token\nreceipt:r1\nAuthorization:Bearer "
                + expiringIn(3_000).signed() + "\n\n\0");
        socket.sendBinary("SEND\ndestination:/topic/news\n\ndestination:/scope-guard/token\0");

        assertThat(socket.next(() -> {})).startsWith("RECEIPT\n").contains("receipt-id:r1\n");
        assertThat(socket.next(() -> {})).startsWith("MESSAGE\n").contains("\n\ndestination:/scope-guard/token");
        clock.advance(Duration.ofSeconds(400));
        socket.sendBinary("SEND\ndestination:/topic/news\n\nhello\0");
        assertThat(socket.next(() -> {})).startsWith("MESSAGE\n").contains("hello");
        assertThat(Sockets.toTheApplication).isNotEmpty().doesNotContain("/scope-guard/token");
    }

    @Test
    void stompWhenRenewedWithAnotherTokenThenClosed() throws Exception {
        String other = tenant.newUser();
        tenant.join(acme, user, "read:report");
        tenant.join(acme, other, "read:report");
        SocketClient socket = connect(token("read:report"));

        String error = socket.ask("SEND\ndestination:/scope-guard/token\nAuthorization:Bearer "
                + tenant.organizationToken(acme, other, "read:report").signed() + "\n\n\0");

        assertThat(error).startsWith("ERROR\n").contains("message:other-token\n");
        assertThat(socket.next(() -> {})).isEqualTo("closed 4403 other-token");
    }

    // Helpers

    private static double open(String kind) {
        return api.bean(MeterRegistry.class)
                .get("scopeguard.streams.open")
                .tag("kind", kind)
                .gauge()
                .value();
    }

    private static double ended(String kind, String reason) {
        return api.bean(MeterRegistry.class)
                .counter("scopeguard.streams.ended", "kind", kind, "reason", reason, "enforced", "true")
                .count();
    }

    private TestToken token(String... scopes) {
        return tenant.organizationToken(acme, user, scopes);
    }

    private TestToken expiringIn(int seconds) {
        return token("read:report").with("exp", clock.instant().getEpochSecond() + seconds);
    }

    private SocketClient open(String path, TestToken token) {
        return SocketClient.open(api, "/organizations/" + acme + "/" + path, token);
    }

    private SocketClient connect(TestToken token) throws InterruptedException {
        return SocketClient.connect(api, "/organizations/" + acme + "/stomp", token);
    }

    @Configuration(proxyBeanMethods = false)
    static class Metrics {

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableWebSocket
    @EnableWebSocketMessageBroker
    @Import(Metrics.class)
    static class Sockets implements WebSocketConfigurer, WebSocketMessageBrokerConfigurer {

        @RequiresScopes("read:report")
        static class Echo extends TextWebSocketHandler {

            @Override
            protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
                session.sendMessage(new TextMessage("echo " + message.getPayload()));
            }
        }

        /** Sends more than the buffers of a connection hold. */
        @RequiresScopes("read:report")
        static class Flood extends TextWebSocketHandler {

            static final Set<ConcurrentWebSocketSessionDecorator> sessions = ConcurrentHashMap.newKeySet();

            static long stuck() {
                return sessions.stream()
                        .filter(session -> session.getTimeSinceSendStarted() > 1_000)
                        .count();
            }

            @Override
            public void afterConnectionEstablished(WebSocketSession session) {
                NativeWebSocketSession raw = (NativeWebSocketSession) WebSocketSessionDecorator.unwrap(session);
                // Neither a message nor the end gives up during the test. Tomcat does not always notice that the client
                // has gone.
                long timeout = PATIENCE.dividedBy(2).toMillis();
                Map<String, Object> properties = Objects.requireNonNull(raw.getNativeSession(Session.class))
                        .getUserProperties();
                properties.put("org.apache.tomcat.websocket.BLOCKING_SEND_TIMEOUT", timeout);
                properties.put("org.apache.tomcat.websocket.SESSION_CLOSE_TIMEOUT", timeout);
                Thread writer = new Thread(() -> flood((ConcurrentWebSocketSessionDecorator) session), "flood");
                writer.setDaemon(true);
                writer.start();
            }

            private static void flood(ConcurrentWebSocketSessionDecorator session) {
                TextMessage message = new TextMessage("x".repeat(64 * 1024));
                sessions.add(session);
                try {
                    while (session.isOpen()) {
                        session.sendMessage(message);
                    }
                } catch (IOException | RuntimeException e) {
                    // The client has gone.
                } finally {
                    sessions.remove(session);
                }
            }
        }

        /** Asks for a scope in each message. */
        @RequiresScopes("read:report")
        static class Checked extends TextWebSocketHandler {

            private final ScopeChecker scopes;

            Checked(ScopeChecker scopes) {
                this.scopes = scopes;
            }

            @Override
            protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
                SecurityContextHolder.setContext(new SecurityContextImpl((Authentication) session.getPrincipal()));
                try {
                    String organization = AccessTokenJwt.of((Authentication) session.getPrincipal())
                            .onlyOrganization();
                    boolean isGranted =
                            scopes.has(organization, message.getPayload()).isGranted();
                    session.sendMessage(new TextMessage(isGranted ? "granted" : "denied"));
                } finally {
                    SecurityContextHolder.clearContext();
                }
            }
        }

        /** Lets a slow handshake go on. */
        static final Semaphore handshakes = new Semaphore(0);

        private static final HandshakeInterceptor SLOW = new HandshakeInterceptor() {
            @Override
            public boolean beforeHandshake(
                    ServerHttpRequest request,
                    ServerHttpResponse response,
                    WebSocketHandler handler,
                    Map<String, Object> attributes) {
                handshakes.acquireUninterruptibly();
                return true;
            }

            @Override
            public void afterHandshake(
                    ServerHttpRequest request,
                    ServerHttpResponse response,
                    WebSocketHandler handler,
                    @Nullable Exception exception) {}
        };

        /** The destinations of the frames that reached the application. */
        static final Queue<String> toTheApplication = new ConcurrentLinkedQueue<>();

        private final ScopeChecker scopes;

        Sockets(ScopeChecker scopes) {
            this.scopes = scopes;
        }

        @Override
        public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
            registry.addHandler(new Echo(), "/organizations/{organizationId}/echo");
            registry.addHandler(new Echo(), "/organizations/{organizationId}/slow")
                    .addInterceptors(SLOW);
            registry.addHandler(new Flood(), "/organizations/{organizationId}/flood");
            registry.addHandler(new Checked(scopes), "/organizations/{organizationId}/checked");
        }

        @Override
        public void registerStompEndpoints(StompEndpointRegistry registry) {
            registry.addEndpoint("/organizations/{organizationId}/stomp");
        }

        /** One thread, so that a client's subscription is there before its next message is handled. */
        @Override
        public void configureClientInboundChannel(ChannelRegistration registration) {
            registration.taskExecutor().corePoolSize(1).maxPoolSize(1);
            registration.interceptors(new ChannelInterceptor() {
                @Override
                public Message<?> preSend(Message<?> message, MessageChannel channel) {
                    String destination = SimpMessageHeaderAccessor.getDestination(message.getHeaders());
                    if (destination != null) {
                        toTheApplication.add(destination);
                    }
                    return message;
                }
            });
        }

        @Override
        public void configureMessageBroker(MessageBrokerRegistry registry) {
            registry.enableSimpleBroker("/topic");
        }
    }
}
