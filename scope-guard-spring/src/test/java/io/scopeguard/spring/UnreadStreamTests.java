package io.scopeguard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.spring.stream.StreamEndedEvent;
import io.scopeguard.spring.support.Lines;
import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.StreamFixture;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.spring.support.TestToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Server-sent events for clients that keep their connection open and do not read it, on real sockets. */
@Timeout(600)
@Tag("thorough")
class UnreadStreamTests {

    private static final int UNREAD = 20;
    private static final int REQUEST_THREADS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final HttpClient client = HttpClient.newHttpClient();

    private final StreamFixture fixture = new StreamFixture();
    private final TenantServer tenant = fixture.tenant();
    private final String acme = TenantServer.newId("acme");
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        closeSockets();
        fixture.close();
        Flood.ends.set(0);
    }

    /** No write times out while the test runs. Streams that have to end take up their places until they have ended. */
    @Test
    void eventsWhenOthersDoNotReadThenTheLastEventIsNotDelayedAndTheOthersCountAsOpen() throws Exception {
        RunningApi api = start("10m");
        List<String> idle = openWithoutReading(api);
        String reader = member();
        Lines lines = fixture.open(path("events"), token(reader));
        lines.until("data:hello");
        idle.forEach(this::revoke);
        revoke(reader);

        lines.until("event:scope-drift", fixture::timePasses);
        lines.untilEnd();

        awaitReports(UNREAD + 1);
        awaitOpen(api, UNREAD);
        assertThat(Flood.stuck()).isEqualTo(UNREAD);
        fixture.open(path("events"), token(member())).until("data:hello");
        assertThat(api.get(path("events"), token(member())).body()).contains("too-many-streams");
        assertThat(api.get(path("plain"), token(member())).status()).isEqualTo(200);

        closeSockets();

        await().atMost(PATIENCE).until(Flood.writers::isEmpty);
        awaitOpen(api, 1);
        fixture.open(path("events"), token(member())).until("data:hello");
    }

    @Test
    void eventsWhenTheClientDoesNotReadThenItsConnectionIsClosedAfterTheServersTimeout() throws Exception {
        RunningApi api = start("5s");
        List<String> idle = openWithoutReading(api);
        idle.forEach(this::revoke);

        awaitReports(UNREAD);

        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(Flood.writers).isEmpty();
            assertThat(Flood.connections()).isZero();
        });
        awaitOpen(api, 0);
        assertThat(api.get(path("plain"), token(member())).status()).isEqualTo(200);
    }

    // Helpers

    private RunningApi start(String connectionTimeout) {
        return fixture.start(
                UNREAD + 1,
                List.of(
                        "server.tomcat.connection-timeout",
                        connectionTimeout,
                        "server.tomcat.threads.max",
                        String.valueOf(REQUEST_THREADS)),
                Flood.class);
    }

    private String member() {
        String user = tenant.newUser();
        tenant.join(acme, user, "read:report");
        return user;
    }

    private void revoke(String user) {
        tenant.join(acme, user, "write:report");
    }

    private TestToken token(String user) {
        return tenant.organizationToken(acme, user, "read:report");
    }

    private String path(String name) {
        return "/organizations/" + acme + "/" + name;
    }

    /** So many streams are told to end. */
    private void awaitReports(int ends) {
        await().atMost(PATIENCE).until(() -> {
            fixture.timePasses();
            return Flood.ends.get() >= ends;
        });
        assertThat(Flood.ends).hasValue(ends);
    }

    /** As many streams are open, for the metric, for the application and for the limit. */
    private void awaitOpen(RunningApi api, int count) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(fixture.streams().count(Kind.HTTP)).isEqualTo(count);
            assertThat(api.bean(ScopeGuard.class).openWatches()).isEqualTo(count);
            assertThat(api.bean(MeterRegistry.class)
                            .get("scopeguard.streams.open")
                            .tag("kind", "http")
                            .gauge()
                            .value())
                    .isEqualTo(count);
        });
    }

    /** Opens streams, reads their first event, and waits until each of them has more to send than a connection holds. */
    private List<String> openWithoutReading(RunningApi api) throws IOException {
        List<String> users = new ArrayList<>();
        for (int i = 0; i < UNREAD; i++) {
            String user = member();
            users.add(user);
            openUntilFirstEvent(api, user);
            Flood.begin(user);
        }
        await().atMost(PATIENCE).until(() -> Flood.stuck() == UNREAD);
        return users;
    }

    private void openUntilFirstEvent(RunningApi api, String user) throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress("localhost", api.port()));
        String request = "GET " + path("events") + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                + token(user).signed() + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        ByteArrayOutputStream response = new ByteArrayOutputStream();
        while (!response.toString(StandardCharsets.US_ASCII).endsWith("data:hello\n\n")) {
            int next = socket.getInputStream().read();
            assertThat(next).as(response.toString(StandardCharsets.US_ASCII)).isNotNegative();
            response.write(next);
        }
    }

    private void closeSockets() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    /** Sends events as fast as the client reads them. */
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Flood {

        static final Map<SseEmitter, Long> writers = new ConcurrentHashMap<>();
        private static final Map<String, SseEmitter> emitters = new ConcurrentHashMap<>();
        static final AtomicInteger ends = new AtomicInteger();
        private static final AtomicReference<Connector> connector = new AtomicReference<>();

        @Bean
        WebServerFactoryCustomizer<TomcatServletWebServerFactory> connectors() {
            return factory -> factory.addConnectorCustomizers(connector::set);
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @EventListener
        void ended(StreamEndedEvent event) {
            ends.incrementAndGet();
        }

        /** How many connections clients have to the server that was started last. It counts the next one as well. */
        static long connections() {
            return ((AbstractProtocol<?>) connector.get().getProtocolHandler()).getConnectionCount() - 1;
        }

        static void begin(String user) {
            SseEmitter emitter = emitters.get(user);
            Thread writer = new Thread(() -> flood(emitter), "flood");
            writer.setDaemon(true);
            writer.start();
        }

        private static void flood(SseEmitter emitter) {
            String text = "x".repeat(64 * 1024);
            try {
                while (true) {
                    writers.put(emitter, System.nanoTime());
                    emitter.send(SseEmitter.event().data(text));
                }
            } catch (IOException | IllegalStateException e) {
                // The stream is over.
            } finally {
                writers.remove(emitter);
            }
        }

        /** How many writers wait for their client. */
        static long stuck() {
            long now = System.nanoTime();
            return writers.values().stream()
                    .filter(begun -> now - begun > Duration.ofSeconds(1).toNanos())
                    .count();
        }

        @RestController
        @RequiresScopes("read:report")
        static class Handlers {

            @GetMapping("/organizations/{organizationId}/events")
            SseEmitter events(Decision decision) throws IOException {
                SseEmitter emitter = new SseEmitter(0L);
                emitters.put(decision.token().subject().id(), emitter);
                emitter.send(SseEmitter.event().data("hello"));
                return emitter;
            }

            @GetMapping("/organizations/{organizationId}/plain")
            String plain() {
                return "ok";
            }
        }
    }
}
