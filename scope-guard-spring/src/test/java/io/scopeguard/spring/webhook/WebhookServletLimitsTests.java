package io.scopeguard.spring.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.scopeguard.logto.Logto;
import io.scopeguard.logto.LogtoTenant;
import io.scopeguard.provider.EventReceiver.Outcome;
import io.scopeguard.spring.webhook.WebhookServlet.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.coyote.AbstractProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;

/** Clients that send bodies slowly, or many at once, to a server with two threads. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class WebhookServletLimitsTests {

    private static final String KEY = "signing-key";
    private static final String EVENT = "{\"event\":\"User.Data.Updated\",\"createdAt\":\"2026-11-21T07:54:00Z\"}";
    private static final int THREADS = 2;
    private static final Duration LONG = Duration.ofMinutes(30);

    private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private WebServer server = start(new Limits(500, 1_000_000, LONG));

    @AfterEach
    void stop() {
        clients.forEach(Client::close);
        server.stop();
    }

    @Test
    void deliverWhenManyBodiesAreSlowThenNoThreadIsHeld() {
        for (int i = 0; i < 20 * THREADS; i++) {
            open("POST", "0".repeat(64), 1000).send("{");
        }

        assertThat(deliver()).startsWith("HTTP/1.1 204");
    }

    /** An unread body holds no thread, because the connection ends with the response. */
    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT"})
    void deliverWhenManyBodiesAreNotReadThenNoThreadIsHeld(String method) {
        for (int i = 0; i < 20 * THREADS; i++) {
            assertThat(open(method, "guessed", 1000).answer())
                    .startsWith(method.equals("POST") ? "HTTP/1.1 401" : "HTTP/1.1 405")
                    .contains("Connection: close");
        }

        assertThat(deliver()).startsWith("HTTP/1.1 204");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 1000", "Transfer-Encoding: chunked"})
    void deliverWhenTheBodyTakesTooLongThenRequestTimeout(String length) {
        restart(new Limits(1, 1000, Duration.ofSeconds(1)));
        Client slow = new Client("POST", "0".repeat(64), length, "");

        for (int i = 0; slow.isUnanswered() && i < 900; i++) {
            slow.send(length.startsWith("Content") ? " " : "1\r\n \r\n");
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }

        assertThat(slow.answer()).startsWith("HTTP/1.1 408").contains("Connection: close");
        assertThat(outcomes).containsExactly(Outcome.TOO_SLOW);
        // On a busy machine, a whole delivery may take longer than this limit as well.
        awaitRoom();
    }

    @Test
    void deliverWhenTooManyArriveAtOnceThenUnavailable() {
        restart(new Limits(2, 1000, LONG));
        List<Client> open = fill(
                () -> open("POST", sign(EVENT), EVENT.length()).send("{"),
                () -> open("POST", "0".repeat(64), 10).send("{"));

        assertThat(deliver()).startsWith("HTTP/1.1 503").contains("Retry-After: 10", "Connection: close");

        Client first = open.get(0).send(EVENT.substring(1));
        assertThat(first.answer()).startsWith("HTTP/1.1 204");
        assertThat(deliver()).startsWith("HTTP/1.1 204");
    }

    @Test
    void deliverWhenTooManyBytesArriveAtOnceThenUnavailable() {
        restart(new Limits(10, EVENT.length() + 100, LONG));
        Client large = fill(() -> open("POST", "0".repeat(64), 1000).send(" ".repeat(101)))
                .get(0);

        large.close();
        awaitRoom();
    }

    @Test
    void deliveryWhenItsConnectionBreaksThenMakesRoom() {
        restart(new Limits(1, 1000, LONG));
        Client broken = fill(() -> open("POST", "0".repeat(64), 1000).send("{")).get(0);

        broken.close();

        awaitRoom();
        assertThat(outcomes).contains(Outcome.MALFORMED);
    }

    /**
     * Opens deliveries until there is no room for another one. A delivery that arrives while a whole one is being received may be
     * rejected; then it is opened again.
     */
    @SafeVarargs
    private List<Client> fill(Supplier<Client>... deliveries) {
        List<Client> open = new ArrayList<>();
        for (Supplier<Client> delivery : deliveries) {
            open.add(delivery.get());
        }
        while (!deliver().startsWith("HTTP/1.1 503")) {
            for (int i = 0; i < deliveries.length; i++) {
                if (!open.get(i).isUnanswered()) {
                    open.set(i, deliveries[i].get());
                }
            }
        }
        return open;
    }

    private void awaitRoom() {
        while (!deliver().startsWith("HTTP/1.1 204")) {
            Thread.onSpinWait();
        }
    }

    private String deliver() {
        try (Client client = new Client("POST", sign(EVENT), "Content-Length: " + EVENT.length(), EVENT)) {
            return client.answer();
        }
    }

    private Client open(String method, String signature, int length) {
        Client client = new Client(method, signature, "Content-Length: " + length, "");
        clients.add(client);
        return client;
    }

    private void restart(Limits limits) {
        server.stop();
        server = start(limits);
    }

    private WebServer start(Limits limits) {
        Logto logto = Logto.at(new LogtoTenant(URI.create("http://127.0.0.1:9")), "id", "secret")
                .webhookSigningKeys(List.of(KEY))
                .build();
        WebhookServlet servlet = new WebhookServlet(
                Objects.requireNonNull(logto.eventReceiver()),
                change -> {},
                receipt -> outcomes.add(receipt.outcome()),
                limits);
        TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
        factory.addConnectorCustomizers(connector -> {
            AbstractProtocol<?> protocol = (AbstractProtocol<?>) connector.getProtocolHandler();
            protocol.setMinSpareThreads(THREADS);
            protocol.setMaxThreads(THREADS);
            // As long as the tests themselves would wait.
            protocol.setConnectionTimeout((int) LONG.toMillis());
        });
        WebServer started =
                factory.getWebServer(context -> new ServletRegistrationBean<>(servlet, "/hook").onStartup(context));
        started.start();
        return started;
    }

    private static String sign(String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(KEY.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class Client implements AutoCloseable {

        private final Socket socket;

        Client(String method, String signature, String length, String body) {
            try {
                socket = new Socket("localhost", server.getPort());
                socket.setSoTimeout((int) LONG.toMillis());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            send(method + " /hook HTTP/1.1\r\nHost: localhost\r\nlogto-signature-sha-256: " + signature + "\r\n"
                    + length + "\r\n\r\n" + body);
        }

        Client send(String text) {
            try {
                socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
                return this;
            } catch (IOException e) {
                // The server may have ended the connection, which the response shows.
                return this;
            }
        }

        boolean isUnanswered() {
            try {
                return socket.getInputStream().available() == 0;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Status line and headers. */
        String answer() {
            StringBuilder answer = new StringBuilder();
            try {
                while (answer.indexOf("\r\n\r\n") < 0) {
                    int next = socket.getInputStream().read();
                    if (next < 0) {
                        break;
                    }
                    answer.append((char) next);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return answer.toString();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
