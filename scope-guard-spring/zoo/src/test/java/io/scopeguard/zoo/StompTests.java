package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.InvalidSettingException;
import io.scopeguard.spring.OrganizationSource;
import io.scopeguard.spring.RequiresScopes;
import io.scopeguard.spring.authorization.ScopeChecker;
import io.scopeguard.spring.response.ScopesDeniedException;
import io.scopeguard.spring.stream.OpenStreams;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import io.scopeguard.testing.MovableClock;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.MessagingException;
import org.springframework.messaging.converter.StringMessageConverter;
import org.springframework.messaging.handler.annotation.DestinationVariable;
import org.springframework.messaging.handler.annotation.MessageExceptionHandler;
import org.springframework.messaging.handler.annotation.MessageMapping;
import org.springframework.messaging.simp.SimpMessageHeaderAccessor;
import org.springframework.messaging.simp.SimpMessageType;
import org.springframework.messaging.simp.SimpMessagingTemplate;
import org.springframework.messaging.simp.annotation.SendToUser;
import org.springframework.messaging.simp.annotation.SubscribeMapping;
import org.springframework.messaging.simp.broker.AbstractBrokerMessageHandler;
import org.springframework.messaging.simp.config.ChannelRegistration;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.messaging.simp.stomp.StompFrameHandler;
import org.springframework.messaging.simp.stomp.StompHeaders;
import org.springframework.messaging.simp.stomp.StompSession;
import org.springframework.messaging.simp.stomp.StompSessionHandlerAdapter;
import org.springframework.messaging.support.ChannelInterceptor;
import org.springframework.messaging.support.ExecutorChannelInterceptor;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.concurrent.DelegatingSecurityContextExecutor;
import org.springframework.security.config.annotation.web.socket.EnableWebSocketSecurity;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.messaging.access.intercept.MessageMatcherDelegatingAuthorizationManager;
import org.springframework.stereotype.Controller;
import org.springframework.web.socket.WebSocketHttpHeaders;
import org.springframework.web.socket.client.standard.StandardWebSocketClient;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.messaging.WebSocketStompClient;

/** STOMP messages to annotated methods are decided with the token of the handshake, each on its own. */
@Tag("thorough")
class StompTests {

    private static final long PATIENCE_SECONDS = 120;

    /** The guard also ends the session itself. That may come before the answer to a message, or instead of it. */
    private static final String ENDED = "ended";

    private static final String DENIED_OR_ENDED = "(?s)denied.*|" + ENDED;

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int MAX_OPEN = 8;

    private static final MovableClock clock = MovableClock.atNoon();
    private static final TenantServer tenant = new TenantServer(clock);
    private static RunningApi api;

    private final String acme = TenantServer.newId("acme");
    private final String globex = TenantServer.newId("globex");
    private final String user = tenant.newUser();
    private final BlockingQueue<String> replies = new LinkedBlockingQueue<>();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final List<WebSocketStompClient> clients = new ArrayList<>();

    @BeforeAll
    static void start() {
        api = RunningApi.start(
                tenant, clock, List.of("scope-guard.streams.max-open", String.valueOf(MAX_OPEN)), Secured.class);
    }

    @AfterAll
    static void stop() {
        api.close();
        tenant.close();
    }

    @BeforeEach
    void older() {
        clock.advance(Duration.ofMinutes(1));
        Starling.handled.set(0);
        tenant.join(acme, user, "read:report");
    }

    @AfterEach
    void disconnect() {
        clients.forEach(WebSocketStompClient::stop);
        api.bean(OpenStreams.class).end(token -> true);
        awaitWatches(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"argument", "token"})
    void sendWhenRightThenHandled(String way) throws Exception {
        StompSession session = connect(api, token("read:report"));
        session.send("/app/" + way + "/" + acme, "hello");
        assertThat(reply()).isEqualTo("handled " + way);
    }

    @ParameterizedTest
    @ValueSource(strings = {"argument", "token"})
    void sendWhenScopeIsMissingThenDenied(String way) throws Exception {
        StompSession session = connect(api, token("write:report"));
        session.send("/app/" + way + "/" + acme, "hello");
        assertDenied("insufficient-scope");
    }

    @ParameterizedTest
    @ValueSource(strings = {"argument", "token"})
    void sendWhenScopeIsRevokedDuringTheSessionThenDenied(String way) throws Exception {
        StompSession session = connect(api, token("read:report"));
        session.send("/app/" + way + "/" + acme, "hello");
        assertThat(reply()).isEqualTo("handled " + way);
        tenant.leave(acme, user);
        clock.advance(Duration.ofMinutes(1));
        sendUnlessEnded(session, "/app/" + way + "/" + acme);
        assertThat(reply()).matches(DENIED_OR_ENDED);
        assertThat(Starling.handled).hasValue(1);
    }

    @Test
    void sendWhenOrganizationIsAnotherThenDenied() throws Exception {
        StompSession session = connect(api, token("read:report"));
        session.send("/app/argument/" + globex, "hello");
        assertDenied("organization-mismatch");
    }

    @Test
    void sendWhenUserIsSuspendedDuringTheSessionThenDenied() throws Exception {
        StompSession session = connect(api, token("read:report"));
        tenant.suspend(user);
        clock.advance(Duration.ofMinutes(1));
        sendUnlessEnded(session, "/app/argument/" + acme);
        assertThat(reply()).matches(DENIED_OR_ENDED);
        assertThat(Starling.handled).hasValue(0);
    }

    @Test
    void sendWhenTokenExpiresDuringTheSessionThenDenied() throws Exception {
        StompSession session = connect(api, token("read:report"));
        clock.advance(Duration.ofDays(1));
        sendUnlessEnded(session, "/app/argument/" + acme);
        assertThat(reply()).matches("unauthenticated InvalidBearerTokenException|" + ENDED);
        assertThat(Starling.handled).hasValue(0);
    }

    @Test
    void subscribeThenDecidedAsMessagesAre() throws Exception {
        StompSession right = connect(api, token("read:report"));
        subscribe(right, "/app/latest/" + acme);
        assertThat(reply()).isEqualTo("latest");
        subscribe(right, "/app/latest/" + globex);
        assertThat(reply()).startsWith("denied").contains("organization-mismatch");
        StompSession noScope = connect(api, token("write:report"));
        subscribe(noScope, "/app/latest/" + acme);
        assertThat(reply()).startsWith("denied").contains("insufficient-scope");
        assertThat(Starling.handled).hasValue(1);
    }

    /** The handshake requires nothing. The method, or a rule of the channel, requires a scope for the subscription. */
    @ParameterizedTest
    @ValueSource(strings = {"/app/latest/", "/queue/news/"})
    void subscriptionWhenItsScopeIsRevokedThenTheSessionEndsWithAnError(String destination) throws Exception {
        StompSession session = connect(api, expiringIn(Duration.ofDays(365)));
        subscribe(session, destination + acme);
        awaitWatches(2);
        tenant.join(acme, user, "write:report");

        await().atMost(PATIENCE).until(() -> {
            clock.advance(Duration.ofSeconds(10));
            return errors.contains("insufficient-scope");
        });

        awaitWatches(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/app/latest/", "/queue/news/"})
    void subscriptionWhenUnsubscribedThenForgotten(String destination) throws Exception {
        StompSession session = connect(api, token("read:report"));
        StompSession.Subscription subscription = subscribe(session, destination + acme);
        subscribe(session, destination + acme);
        awaitWatches(3);
        session.send("/app/argument/" + acme, "hello");
        await().atMost(PATIENCE).until(() -> replies.contains("handled argument"));

        subscription.unsubscribe();

        awaitWatches(2);
    }

    /** Spring's broker ignores frames with a destination of another prefix, whatever their type. */
    @Test
    void subscriptionWhenUnsubscribedWithAnotherDestinationThenStillWatched() throws Exception {
        SocketClient session = SocketClient.connect(api, "/stomp", expiringIn(Duration.ofDays(365)));
        session.send("SUBSCRIBE\nid:1\ndestination:/queue/news/" + acme + "\n\n\0");
        session.send("UNSUBSCRIBE\nid:1\ndestination:/elsewhere\n\n\0");
        assertThat(session.ask("SEND\ndestination:/queue/news/" + acme + "\n\nhello\0"))
                .startsWith("MESSAGE\n")
                .contains("hello");
        awaitWatches(2);
        tenant.join(acme, user, "write:report");

        assertThat(session.next(() -> clock.advance(Duration.ofSeconds(10))))
                .startsWith("ERROR\n")
                .contains("message:insufficient-scope\n");
    }

    /** Unless the application preserves the order, the threads of the channel take frames in any order. */
    @ParameterizedTest
    @ValueSource(strings = {"/queue/news/", "/user/queue/news/"})
    void subscriptionWhenItsEndOvertakesItThenStillWatched(String destination) throws Exception {
        try (RunningApi racing = RunningApi.start(tenant, clock, List.of(), Racing.class)) {
            SocketClient session = SocketClient.connect(racing, "/stomp", expiringIn(Duration.ofDays(365)));
            session.send("SUBSCRIBE\nid:1\ndestination:" + destination + acme + "\n\n\0");
            racing.bean(OvertakingBroker.class).awaitSubscribing();
            session.send("UNSUBSCRIBE\nid:1\n\n\0");
            SimpMessagingTemplate sender = racing.bean(SimpMessagingTemplate.class);
            assertThat(session.next(() -> {
                        sender.convertAndSend("/queue/news/" + acme, "hello");
                        sender.convertAndSendToUser(user, "/queue/news/" + acme, "hello");
                    }))
                    .startsWith("MESSAGE\n")
                    .contains("hello");
            tenant.join(acme, user, "write:report");

            String message = session.next(() -> clock.advance(Duration.ofSeconds(10)));
            while (message.startsWith("MESSAGE\n")) {
                message = session.next(() -> clock.advance(Duration.ofSeconds(10)));
            }
            assertThat(message).startsWith("ERROR\n").contains("message:insufficient-scope\n");
        }
    }

    @Test
    void subscriptionWithoutIdThenTheSessionEnds() throws Exception {
        SocketClient session = SocketClient.connect(api, "/stomp", token("read:report"));

        assertThat(session.ask("SUBSCRIBE\ndestination:/queue/news/" + acme + "\n\n\0"))
                .startsWith("ERROR\n")
                .contains("message:missing-id\n");
        awaitWatches(0);
    }

    /** Spring's broker takes a client's destination for a pattern, which the pattern of a rule does not match. */
    @ParameterizedTest
    @ValueSource(strings = {"/queue/**", "/queue/*/*", "/queue/new*/*", "/queue/{any}/*"})
    void subscriptionWithAPatternThenTheSessionEnds(String pattern) throws Exception {
        SocketClient session = SocketClient.connect(api, "/stomp", token("read:report"));

        // Spring closes the connection at once, so that its frame may not arrive.
        assertThat(session.ask("SUBSCRIBE\nid:1\ndestination:" + pattern + "\n\n\0"))
                .matches("(?s)ERROR\n.*|closed .*");
        awaitWatches(0);
    }

    /** Spring's client does not repeat an id by itself. Spring's broker ignores the repetitions. */
    @ParameterizedTest
    @ValueSource(strings = {"/app/latest/", "/queue/news/"})
    void subscriptionWhenRepeatedWithTheSameIdThenItsRightIsWatchedOnce(String destination) throws Exception {
        SocketClient session = SocketClient.connect(api, "/stomp", token("read:report"));
        session.send("SUBSCRIBE\nid:2\ndestination:/queue/answers\n\n\0");
        for (int i = 0; i < 2 * MAX_OPEN; i++) {
            session.send("SUBSCRIBE\nid:1\ndestination:" + destination + acme + "\n\n\0");
        }

        session.send("SEND\ndestination:/queue/answers\n\nthe last\0");

        String message = session.next(() -> {});
        while (!message.contains("the last")) {
            assertThat(message).startsWith("MESSAGE\n").contains("latest");
            message = session.next(() -> {});
        }
        awaitWatches(2);
    }

    /** Spring's broker keeps the first subscription, so the second must not end the watch of the first. */
    @Test
    void subscriptionWhenItsIdIsUsedForAnotherThenStillWatched() throws Exception {
        SocketClient session = SocketClient.connect(api, "/stomp", expiringIn(Duration.ofDays(365)));
        session.send("SUBSCRIBE\nid:1\ndestination:/queue/news/" + acme + "\n\n\0");
        session.send("SUBSCRIBE\nid:1\ndestination:/queue/other\n\n\0");
        assertThat(session.ask("SEND\ndestination:/queue/news/" + acme + "\n\nhello\0"))
                .startsWith("MESSAGE\n")
                .contains("hello");
        awaitWatches(2);
        tenant.join(acme, user, "write:report");

        assertThat(session.next(() -> clock.advance(Duration.ofSeconds(10))))
                .startsWith("ERROR\n")
                .contains("message:insufficient-scope\n");
    }

    @Test
    void subscriptionWhenDeniedThenNotWatched() throws Exception {
        StompSession session = connect(api, token("write:report"));
        subscribe(session, "/app/latest/" + acme);
        assertDenied("insufficient-scope");
        subscribe(session, "/queue/other/" + acme);
        session.send("/app/argument/" + acme, "hello");
        assertDenied("insufficient-scope");

        awaitWatches(1);
    }

    @Test
    void subscriptionWhenAsManyAreOpenAsMayBeThenTheSessionEnds() throws Exception {
        StompSession session = connect(api, token("read:report"));
        for (int i = 0; i < MAX_OPEN && session.isConnected(); i++) {
            subscribe(session, "/app/latest/" + acme);
        }

        await().atMost(PATIENCE).until(() -> errors.contains("too-many-streams"));
        awaitWatches(0);
    }

    /** The session's renewed token, not that of the handshake, decides how long a subscription lasts. */
    @Test
    void subscriptionWhenTokenWasRenewedThenItOutlivesTheFirst() throws Exception {
        TestToken first = expiringIn(Duration.ofMinutes(5));
        TestToken renewed = expiringIn(Duration.ofDays(365));
        StompSession session = connect(api, first);
        renew(session, renewed);
        subscribe(session, "/app/latest/" + acme);
        assertThat(reply()).isEqualTo("latest");
        awaitWatches(2);
        StompSession last = connect(api, expiringIn(Duration.ofMinutes(6)));
        awaitWatches(3);
        clock.advance(Duration.ofMinutes(8));
        await().atMost(PATIENCE).until(() -> errors.contains("expired"));

        awaitWatches(2);
        assertThat(session.isConnected()).isTrue();
        await().atMost(PATIENCE).until(() -> !last.isConnected());
    }

    @ParameterizedTest
    @ValueSource(strings = {"argument", "token", "async"})
    void sendWhenTokenWasRenewedThenHandledAfterTheFirstHasExpired(String way) throws Exception {
        StompSession session = connect(api, expiringIn(Duration.ofMinutes(5)));
        renew(session, expiringIn(Duration.ofDays(365)));
        session.send("/app/" + way + "/" + acme, "hello");
        assertThat(reply()).isEqualTo("handled " + way);
        clock.advance(Duration.ofDays(1));

        session.send("/app/" + way + "/" + acme, "hello");

        assertThat(reply()).isEqualTo("handled " + way);
        assertThat(Starling.handled).hasValue(2);
    }

    /** Subscriptions that a method or a rule of the channel decides about. */
    @ParameterizedTest
    @ValueSource(strings = {"/app/latest/", "/queue/news/"})
    void subscribeWhenTokenWasRenewedThenAllowedAfterTheFirstHasExpired(String destination) throws Exception {
        StompSession session = connect(api, expiringIn(Duration.ofMinutes(5)));
        renew(session, expiringIn(Duration.ofDays(365)));
        session.send("/app/argument/" + acme, "hello");
        assertThat(reply()).isEqualTo("handled argument");
        clock.advance(Duration.ofDays(1));

        subscribe(session, destination + acme);

        awaitWatches(2);
        assertThat(errors).isEmpty();
    }

    @Test
    void sendWhenRenewedTokenCarriesLessThenDenied() throws Exception {
        StompSession session = connect(api, token("read:report"));
        session.send("/app/argument/" + acme, "hello");
        assertThat(reply()).isEqualTo("handled argument");
        renew(session, token("write:report"));

        session.send("/app/argument/" + acme, "hello");

        assertThat(reply()).startsWith("denied").contains("insufficient-scope");
        assertThat(Starling.handled).hasValue(1);
    }

    @Test
    void sendWhenScopeOfTheRenewedTokenIsRevokedThenDenied() throws Exception {
        StompSession session = connect(api, expiringIn(Duration.ofMinutes(5)));
        renew(session, expiringIn(Duration.ofDays(365)));
        session.send("/app/argument/" + acme, "hello");
        assertThat(reply()).isEqualTo("handled argument");
        clock.advance(Duration.ofDays(1));
        session.send("/app/argument/" + acme, "hello");
        assertThat(reply()).isEqualTo("handled argument");
        tenant.join(acme, user, "write:report");
        clock.advance(Duration.ofMinutes(1));

        session.send("/app/argument/" + acme, "hello");

        assertThat(reply()).startsWith("denied").contains("insufficient-scope");
        assertThat(Starling.handled).hasValue(2);
    }

    /** Another session of the same token keeps that token. */
    @Test
    void sendWhenAnotherSessionWasRenewedThenItsTokenDecides() throws Exception {
        TestToken first = token("read:report");
        StompSession renewed = connect(api, first);
        StompSession other = connect(api, first);
        renew(renewed, token("write:report"));
        renewed.send("/app/argument/" + acme, "hello");
        // The answer goes to the user, in both sessions.
        assertThat(reply()).startsWith("denied").contains("insufficient-scope");
        assertThat(reply()).startsWith("denied").contains("insufficient-scope");

        other.send("/app/argument/" + acme, "hello");

        assertThat(reply()).isEqualTo("handled argument");
    }

    private static void renew(StompSession session, TestToken token) {
        StompHeaders renewal = new StompHeaders();
        renewal.setDestination("/scope-guard/token");
        renewal.set("Authorization", "Bearer " + token.signed());
        session.send(renewal, "");
    }

    private static void awaitWatches(int open) {
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(api.bean(ScopeGuard.class).openWatches()).isEqualTo(open));
    }

    @Test
    void connectWithoutTokenThenRefusedAtTheHandshake() {
        assertThat(api.handshake("/stomp", null)).isEqualTo(401);
        assertThatThrownBy(() -> connect(api, null)).isInstanceOf(ExecutionException.class);
    }

    /** Without {@code @EnableWebSocketSecurity}, the threads of messages have no security context. */
    @Test
    void sendWhenMessagesHaveNoSecurityContextThenDenied() throws Exception {
        try (RunningApi open = RunningApi.start(tenant, clock, List.of(), Unsecured.class)) {
            StompSession session = connect(open, token("read:report"));
            for (String way : List.of("argument", "token")) {
                session.send("/app/" + way + "/" + acme, "hello");
                assertThat(reply()).isEqualTo("unauthenticated AuthenticationCredentialsNotFoundException");
            }
            subscribe(session, "/app/latest/" + acme);
            assertThat(reply()).isEqualTo("unauthenticated AuthenticationCredentialsNotFoundException");
            assertThat(Starling.handled).hasValue(0);
        }
    }

    @Test
    void startWhenAMessageNamesNoOrganizationThenFails() {
        assertThatThrownBy(() -> RunningApi.start(tenant, clock, List.of(), WithoutOrganization.class)
                        .close())
                .hasStackTraceContaining(InvalidSettingException.class.getName())
                .hasStackTraceContaining(
                        "Crow#caw(String) requires scopes, but it is not a web handler, so that no path"
                                + " names the organization");
    }

    private TestToken token(String... scopes) {
        return tenant.organizationToken(acme, user, scopes);
    }

    private TestToken expiringIn(Duration time) {
        return token("read:report").with("exp", clock.instant().plus(time).getEpochSecond());
    }

    private String reply() throws InterruptedException {
        String reply = replies.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(reply).as("an answer").isNotNull();
        return String.valueOf(reply);
    }

    private void assertDenied(String problem) throws InterruptedException {
        assertThat(reply()).startsWith("denied").contains(problem);
        assertThat(Starling.handled).hasValue(0);
    }

    private StompSession connect(RunningApi to, @Nullable TestToken token)
            throws InterruptedException, ExecutionException, TimeoutException {
        WebSocketStompClient client = new WebSocketStompClient(new StandardWebSocketClient());
        client.setMessageConverter(new StringMessageConverter());
        client.start();
        clients.add(client);
        WebSocketHttpHeaders headers = new WebSocketHttpHeaders();
        if (token != null) {
            headers.setBearerAuth(token.signed());
        }
        String address = "ws://localhost:" + to.port() + "/stomp";
        StompSession session =
                client.connectAsync(address, headers, new Ending()).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        subscribe(session, "/user/queue/answers");
        return session;
    }

    private void sendUnlessEnded(StompSession session, String destination) {
        try {
            session.send(destination, "hello");
        } catch (IllegalStateException | MessagingException e) {
            replies.add(ENDED);
        }
    }

    /** Notes that the session has ended. */
    private final class Ending extends StompSessionHandlerAdapter {

        @Override
        public void handleFrame(StompHeaders headers, @Nullable Object payload) {
            errors.add(String.valueOf(headers.getFirst("message")));
            replies.add(ENDED);
        }

        @Override
        public void handleTransportError(StompSession session, Throwable exception) {
            replies.add(ENDED);
        }
    }

    private StompSession.Subscription subscribe(StompSession session, String destination) {
        return session.subscribe(destination, new StompFrameHandler() {
            @Override
            public Type getPayloadType(StompHeaders headers) {
                return String.class;
            }

            @Override
            public void handleFrame(StompHeaders headers, @Nullable Object payload) {
                replies.add(String.valueOf(payload));
            }
        });
    }

    @Controller
    static class Starling {

        static final AtomicInteger handled = new AtomicInteger();

        private final ScopeChecker scopes;

        Starling(ScopeChecker scopes) {
            this.scopes = scopes;
        }

        @RequiresScopes(value = "read:report", organization = "#organization")
        @MessageMapping("/argument/{organization}")
        @SendToUser("/queue/answers")
        String argument(@DestinationVariable String organization) {
            handled.incrementAndGet();
            return "handled argument";
        }

        @RequiresScopes(value = "read:report", organizationFrom = OrganizationSource.TOKEN)
        @MessageMapping("/token/{any}")
        @SendToUser("/queue/answers")
        String token() {
            handled.incrementAndGet();
            return "handled token";
        }

        /** Decides on another thread, to which the application takes the security context. */
        @MessageMapping("/async/{organization}")
        @SendToUser("/queue/answers")
        CompletableFuture<String> async(@DestinationVariable String organization) {
            Executor executor = new DelegatingSecurityContextExecutor(work -> new Thread(work).start());
            return CompletableFuture.supplyAsync(
                    () -> {
                        scopes.require(organization, "read:report");
                        handled.incrementAndGet();
                        return "handled async";
                    },
                    executor);
        }

        @RequiresScopes(value = "read:report", organization = "#organization")
        @SubscribeMapping("/latest/{organization}")
        String latest(@DestinationVariable String organization) {
            handled.incrementAndGet();
            return "latest";
        }

        @MessageExceptionHandler
        @SendToUser("/queue/answers")
        String denied(ScopesDeniedException denied) {
            return "denied " + denied.problem();
        }

        @MessageExceptionHandler
        @SendToUser("/queue/answers")
        String unauthenticated(AuthenticationException failure) {
            return "unauthenticated " + failure.getClass().getSimpleName();
        }
    }

    @EnableWebSocketMessageBroker
    static class Broker implements WebSocketMessageBrokerConfigurer {

        @Override
        public void registerStompEndpoints(StompEndpointRegistry registry) {
            registry.addEndpoint("/stomp");
        }

        /** One thread, so that a client's subscription is there before its next message is handled. */
        @Override
        public void configureClientInboundChannel(ChannelRegistration registration) {
            registration.taskExecutor().corePoolSize(1).maxPoolSize(1);
        }

        @Override
        public void configureMessageBroker(MessageBrokerRegistry registry) {
            registry.enableSimpleBroker("/queue");
            registry.setApplicationDestinationPrefixes("/app");
        }
    }

    /** Several threads, one of which handles a subscription to news only after its end. */
    static class OvertakingBroker extends Broker implements ExecutorChannelInterceptor {

        private static final String NEWS = "/queue/news/";

        private final CountDownLatch subscribing = new CountDownLatch(1);
        private final CountDownLatch unsubscribed = new CountDownLatch(1);

        void awaitSubscribing() throws InterruptedException {
            assertThat(subscribing.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public void configureClientInboundChannel(ChannelRegistration registration) {
            registration.interceptors(this).taskExecutor().corePoolSize(4);
        }

        @Override
        public void configureMessageBroker(MessageBrokerRegistry registry) {
            super.configureMessageBroker(registry);
            registry.configureBrokerChannel().interceptors(this).taskExecutor().corePoolSize(4);
        }

        @Override
        public Message<?> beforeHandle(Message<?> message, MessageChannel channel, MessageHandler handler) {
            String destination = SimpMessageHeaderAccessor.getDestination(message.getHeaders());
            if (is(message, SimpMessageType.SUBSCRIBE, handler)
                    && String.valueOf(destination).startsWith(NEWS)) {
                subscribing.countDown();
                try {
                    assertThat(unsubscribed.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                            .isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return message;
        }

        @Override
        public void afterMessageHandled(
                Message<?> message, MessageChannel channel, MessageHandler handler, @Nullable Exception exception) {
            if (is(message, SimpMessageType.UNSUBSCRIBE, handler)) {
                unsubscribed.countDown();
            }
        }

        private static boolean is(Message<?> message, SimpMessageType type, MessageHandler handler) {
            return handler instanceof AbstractBrokerMessageHandler
                    && SimpMessageHeaderAccessor.getMessageType(message.getHeaders()) == type;
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableWebSocketSecurity
    @Import({Broker.class, Starling.class, Rules.class})
    static class Secured {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableWebSocketSecurity
    @EnableWebSocketMessageBroker
    @Import({OvertakingBroker.class, Starling.class, Rules.class})
    static class Racing {}

    @Configuration(proxyBeanMethods = false)
    static class Rules {

        /** A bearer token is sent by the client itself, never by a browser on its own. */
        @Bean
        AuthorizationManager<Message<?>> messageAuthorizationManager(
                MessageMatcherDelegatingAuthorizationManager.Builder messages, ScopeChecker scopes) {
            return messages.simpSubscribeDestMatchers("/queue/news/{organization}", "/user/queue/news/{organization}")
                    .access((caller, context) ->
                            scopes.has(context.getVariables().get("organization"), "read:report"))
                    .simpSubscribeDestMatchers(
                            "/app/latest/*", "/user/queue/answers", "/queue/answers", "/queue/other/**")
                    .authenticated()
                    .simpTypeMatchers(SimpMessageType.SUBSCRIBE)
                    .denyAll()
                    .anyMessage()
                    .authenticated()
                    .build();
        }

        @Bean
        ChannelInterceptor csrfChannelInterceptor() {
            return new ChannelInterceptor() {};
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Broker.class, Starling.class})
    static class Unsecured {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Broker.class, WithoutOrganization.Crow.class})
    static class WithoutOrganization {

        @Controller
        static class Crow {

            @RequiresScopes("read:report")
            @MessageMapping("/caw")
            void caw(String payload) {}
        }
    }
}
