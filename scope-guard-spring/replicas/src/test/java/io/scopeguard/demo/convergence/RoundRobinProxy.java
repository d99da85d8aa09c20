package io.scopeguard.demo.convergence;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes GET requests on to servers in turn, as a load balancer does. */
final class RoundRobinProxy implements AutoCloseable {

    /** Headers of one connection. */
    private static final Set<String> OF_CONNECTION = Set.of(
            "connection", "host", "content-length", "transfer-encoding", "upgrade", "http2-settings", "keep-alive");

    private static final int BAD_GATEWAY = 502;
    private static final int NO_BODY = -1;

    static {
        // Otherwise a response waits for the acknowledgement of its headers.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger turn = new AtomicInteger();
    private final List<URI> servers;
    private final HttpServer server;

    RoundRobinProxy(List<URI> servers) {
        this.servers = List.copyOf(servers);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::passOn);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    private void passOn(HttpExchange exchange) throws IOException {
        try (exchange) {
            URI to = servers.get(Math.floorMod(turn.getAndIncrement(), servers.size()));
            HttpResponse<byte[]> response =
                    client.send(request(exchange, to.resolve(exchange.getRequestURI())), BodyHandlers.ofByteArray());
            response.headers().map().forEach((name, values) -> copy(name, values, exchange.getResponseHeaders()));
            byte[] body = response.body();
            exchange.sendResponseHeaders(response.statusCode(), body.length == 0 ? NO_BODY : body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exchange.sendResponseHeaders(BAD_GATEWAY, NO_BODY);
        }
    }

    private static HttpRequest request(HttpExchange exchange, URI to) {
        HttpRequest.Builder request = HttpRequest.newBuilder(to).timeout(Duration.ofMinutes(3));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (isPassedOn(name)) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }

    private static void copy(String name, List<String> values, Headers headers) {
        if (isPassedOn(name)) {
            values.forEach(value -> headers.add(name, value));
        }
    }

    private static boolean isPassedOn(String header) {
        return OF_CONNECTION.stream().noneMatch(header::equalsIgnoreCase);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
