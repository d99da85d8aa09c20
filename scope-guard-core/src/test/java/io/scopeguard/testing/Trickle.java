package io.scopeguard.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that sends its response byte by byte and never completes it, until the test lets it flow. */
public final class Trickle implements AutoCloseable {

    private final byte[] answer;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch hungUp = new CountDownLatch(1);
    private volatile boolean flowing;

    private Trickle(byte[] answer, HttpServer server) {
        this.answer = answer;
        this.server = server;
    }

    /** @param json the body of the final response */
    public static Trickle start(String json) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            Trickle trickle = new Trickle(json.getBytes(StandardCharsets.UTF_8), server);
            server.setExecutor(trickle.threads);
            server.createContext("/", trickle::handle);
            server.start();
            return trickle;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** From now on, responses are sent completely and at once. */
    public void flow() {
        flowing = true;
    }

    public int requests() {
        return requests.get();
    }

    /** Whether the other side closed a connection that trickled. */
    public boolean awaitHangUp() throws InterruptedException {
        return hungUp.await(3, TimeUnit.MINUTES);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.incrementAndGet();
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            if (flowing) {
                body.write(answer);
            } else {
                trickle(body);
            }
        }
    }

    /** White space, which any JSON text may begin with. */
    private void trickle(OutputStream body) throws IOException {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                body.write(' ');
                body.flush();
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (IOException e) {
            hungUp.countDown();
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
