package io.scopeguard.spring.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An API that gives prepared responses, and the token endpoint of its provider, on a real socket. */
final class FakeApi implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<Answer> answers = new ArrayDeque<>();
    private final AtomicInteger issued = new AtomicInteger();

    /** The bearer tokens of all requests, in order; {@code none} without one. */
    final List<String> received = new CopyOnWriteArrayList<>();

    /** The forms of all requests for tokens. */
    final List<String> refreshes = new CopyOnWriteArrayList<>();

    private volatile @Nullable String tokenError;
    private volatile Runnable beforeToken = () -> {};

    record Answer(int status, Map<String, String> headers, String body) {}

    FakeApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/api", this::answer);
        server.createContext("/token", this::token);
        server.start();
    }

    String origin() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Adds a response. After the last one, all responses are 200. */
    synchronized void answers(int status, Map<String, String> headers, String body) {
        answers.add(new Answer(status, headers, body));
    }

    void refusesTokens(String error) {
        tokenError = error;
    }

    void beforeEachToken(Runnable work) {
        beforeToken = work;
    }

    /** A token that only looks like a JWT, because clients read tokens and do not verify them. */
    static String token(String id) {
        return part("{\"alg\":\"ES384\"}") + '.' + part("{\"sub\":\"alice\",\"jti\":\"" + id + "\"}") + ".c2lnbmF0dXJl";
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private synchronized Answer next() {
        Answer answer = answers.poll();
        return answer == null ? new Answer(200, Map.of(), "ok") : answer;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        exchange.getRequestBody().readAllBytes();
        received.add(authorization == null ? "none" : authorization.substring("Bearer ".length()));
        write(exchange, next());
    }

    private void token(HttpExchange exchange) throws IOException {
        refreshes.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        beforeToken.run();
        String error = tokenError;
        Map<String, String> json = Map.of("Content-Type", "application/json");
        if (error != null) {
            write(exchange, new Answer(400, json, "{\"error\":\"" + error + "\"}"));
        } else {
            String token = token("refreshed-" + issued.incrementAndGet());
            String body =
                    "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"refresh_token\":\"next\"}";
            write(exchange, new Answer(200, json, body.formatted(token)));
        }
    }

    private static void write(HttpExchange exchange, Answer answer) throws IOException {
        answer.headers().forEach(exchange.getResponseHeaders()::add);
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        try (exchange) {
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
