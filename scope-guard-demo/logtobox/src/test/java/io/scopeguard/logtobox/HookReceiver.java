package io.scopeguard.logtobox;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Receives deliveries. */
final class HookReceiver implements AutoCloseable {

    /** A received delivery. */
    record Delivery(String body, String signature, String userAgent, String custom) {

        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        String event() {
            return json().path("event").asString();
        }
    }

    private final HttpServer server;
    private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
    private volatile int status = 200;

    HookReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/hook", this::receive);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    void answerWith(int newStatus) {
        status = newStatus;
    }

    Delivery next() throws InterruptedException {
        Delivery delivery = deliveries.poll(120, TimeUnit.SECONDS);
        if (delivery == null) {
            throw new AssertionError("nothing was delivered");
        }
        return delivery;
    }

    boolean isSilent() throws InterruptedException {
        return deliveries.poll(300, TimeUnit.MILLISECONDS) == null;
    }

    private void receive(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        deliveries.add(new Delivery(
                body,
                exchange.getRequestHeaders().getFirst("logto-signature-sha-256"),
                exchange.getRequestHeaders().getFirst("user-agent"),
                exchange.getRequestHeaders().getFirst("x-throwaway")));
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
