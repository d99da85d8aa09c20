package io.scopeguard.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.scopeguard.ScopeGuard;
import io.scopeguard.WatchEnd.Reason;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.spring.stream.StreamEndedEvent;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.StreamFixture;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

/** In the modes that deny nothing, the end of the right to a WebSocket or STOMP session is only reported. */
@Timeout(600)
@Tag("thorough")
class ObservedSocketTests {

    private static final int MAX_OPEN = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final StreamFixture fixture = new StreamFixture();
    private final TenantServer tenant = fixture.tenant();
    private final String acme = TenantServer.newId("acme");
    private final String user = tenant.newUser();

    @AfterEach
    void close() {
        fixture.endAll();
        fixture.close();
        Ends.reported.clear();
    }

    @ParameterizedTest
    @ValueSource(strings = {"observe", "signal"})
    void socketWhenScopeIsRevokedThenReportedOnceAndItGoesOn(String mode) throws Exception {
        RunningApi api = start(mode, Sockets.class);
        tenant.join(acme, user, "read:report", "write:report");
        SocketClient socket = SocketClient.open(api, path("echo"), token());
        assertThat(socket.ask("hello")).isEqualTo("echo hello");
        tenant.join(acme, user, "write:report");

        assertReported(api, Kind.WEBSOCKET, Reason.INSUFFICIENT_SCOPE);

        for (int i = 0; i < 20; i++) {
            fixture.timePasses();
            assertThat(socket.ask("still here " + i)).isEqualTo("echo still here " + i);
        }
        assertNothingElseReported(Kind.WEBSOCKET);
    }

    /** The session also goes on with a renewed token, whose expiry is a new end. */
    @ParameterizedTest
    @ValueSource(strings = {"observe", "signal"})
    void socketWhenTokenExpiresThenReportedOnceForEachToken(String mode) throws Exception {
        RunningApi api = start(mode, Sockets.class);
        tenant.join(acme, user, "read:report");
        SocketClient socket = SocketClient.open(api, path("echo"), expiringIn(300));
        assertThat(socket.ask("hello")).isEqualTo("echo hello");

        assertReported(api, Kind.WEBSOCKET, Reason.EXPIRED);
        assertThat(socket.ask("Authorization: Bearer " + expiringIn(300).signed()))
                .isEqualTo("Scope-Guard: renewed");
        assertReported(api, Kind.WEBSOCKET, Reason.EXPIRED);

        assertThat(socket.ask("hello")).isEqualTo("echo hello");
        assertNothingElseReported(Kind.WEBSOCKET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"observe", "signal"})
    void stompWhenMembershipEndsThenReportedOnceAndItGoesOn(String mode) throws Exception {
        RunningApi api = start(mode, Sockets.class);
        tenant.join(acme, user, "read:report");
        SocketClient session = SocketClient.connect(api, path("stomp"), token());
        session.send("SUBSCRIBE\nid:1\ndestination:/topic/news\n\n\0");
        tenant.leave(acme, user);

        assertReported(api, Kind.STOMP, Reason.NOT_A_MEMBER);

        assertGoesOn(session, "/topic/news");
        assertNothingElseReported(Kind.STOMP);
    }

    /** The handshake requires nothing, and a rule of the channel requires the scope for the subscription. */
    @ParameterizedTest
    @ValueSource(strings = {"observe", "signal"})
    void subscriptionWhenItsScopeIsRevokedThenReportedOnceAndItGoesOn(String mode) throws Exception {
        RunningApi api = start(mode, Subscriptions.class);
        tenant.join(acme, user, "read:report");
        SocketClient session = SocketClient.connect(api, "/stomp", token());
        session.send("SUBSCRIBE\nid:1\ndestination:/queue/news/" + acme + "\n\n\0");
        assertGoesOn(session, "/queue/news/" + acme);
        assertThat(api.bean(ScopeGuard.class).openWatches()).isEqualTo(2);
        tenant.join(acme, user, "write:report");

        assertReported(api, Kind.STOMP, Reason.INSUFFICIENT_SCOPE);

        assertGoesOn(session, "/queue/news/" + acme);
        assertThat(api.bean(ScopeGuard.class).openWatches()).isEqualTo(2);
        assertNothingElseReported(Kind.STOMP);
    }

    // Helpers

    private RunningApi start(String mode, Class<?> application) {
        return fixture.start(MAX_OPEN, List.of("scope-guard.mode", mode), application);
    }

    private String path(String name) {
        return "/organizations/" + acme + "/" + name;
    }

    private TestToken token() {
        return tenant.organizationToken(acme, user, "read:report");
    }

    private TestToken expiringIn(int seconds) {
        return token().with("exp", fixture.clock().instant().getEpochSecond() + seconds);
    }

    /** As time passes. */
    private void assertReported(RunningApi api, Kind kind, Reason reason) throws InterruptedException {
        double before = reported(api, kind, reason);
        while (Ends.reported.isEmpty()) {
            fixture.timePasses();
            Thread.sleep(1);
        }
        StreamEndedEvent event = Ends.reported.take();
        assertThat(event.kind()).isEqualTo(kind);
        assertThat(event.end().reason()).isEqualTo(reason);
        assertThat(event.end().isEnforced()).isFalse();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(reported(api, kind, reason)).isEqualTo(before + 1));
    }

    private static double reported(RunningApi api, Kind kind, Reason reason) {
        return api.bean(MeterRegistry.class)
                .counter(
                        "scopeguard.streams.ended",
                        "kind",
                        kind.name().toLowerCase(Locale.ROOT),
                        "reason",
                        reason.name().toLowerCase(Locale.ROOT),
                        "enforced",
                        "false")
                .count();
    }

    /** The client receives what it sends to a destination, while facts are read again and again. */
    private void assertGoesOn(SocketClient session, String destination) throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            fixture.timePasses();
            String text = "still here " + i;
            assertThat(session.ask("SEND\ndestination:" + destination + "\n\n" + text + "\0"))
                    .startsWith("MESSAGE\n")
                    .contains(text);
        }
    }

    private void assertNothingElseReported(Kind kind) {
        assertThat(Ends.reported).isEmpty();
        assertThat(fixture.streams().count(kind)).isEqualTo(1);
    }

    static class Ends {

        static final BlockingQueue<StreamEndedEvent> reported = new LinkedBlockingQueue<>();

        @EventListener
        void ended(StreamEndedEvent event) {
            reported.add(event);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @Import({SocketStreamTests.Sockets.class, Ends.class})
    static class Sockets {}

    @Configuration(proxyBeanMethods = false)
    @Import({StompTests.Secured.class, SocketStreamTests.Metrics.class, Ends.class})
    static class Subscriptions {}
}
