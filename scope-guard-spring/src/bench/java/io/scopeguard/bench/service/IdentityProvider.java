package io.scopeguard.bench.service;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.TokenIssuer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** The parts of Logto that the services need: JWK Set, token endpoint, and the reads for live permissions. */
final class IdentityProvider implements AutoCloseable {

    static final String SCOPE = "invite:member write:report read:report delete:report";

    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Map<Algorithm, TokenIssuer> issuers = new EnumMap<>(Algorithm.class);
    private final AtomicLong reads = new AtomicLong();
    private volatile boolean down;

    IdentityProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        for (Algorithm algorithm : List.of(Algorithm.RS256, Algorithm.ES384)) {
            issuers.put(algorithm, new TokenIssuer(endpoint() + "/oidc", algorithm));
        }
        List<JWK> keys = issuers.values().stream().map(TokenIssuer::publicKey).toList();
        String jwkSet = new JWKSet(keys).toString();
        server.setExecutor(executor);
        server.createContext("/oidc/jwks", answering(exchange -> jwkSet));
        server.createContext("/oidc/token", answering(exchange -> ManagementAnswers.TOKEN));
        server.createContext("/api/", this::read);
        server.start();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    TokenIssuer issuer(Algorithm algorithm) {
        TokenIssuer issuer = issuers.get(algorithm);
        if (issuer == null) {
            throw new IllegalArgumentException("no issuer signs by " + algorithm);
        }
        return issuer;
    }

    /** Whether the Management API drops every connection. */
    void setDown(boolean down) {
        this.down = down;
    }

    /** The number of answers of the Management API so far. */
    long reads() {
        return reads.get();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private void read(HttpExchange exchange) throws IOException {
        if (down) {
            exchange.close();
            return;
        }
        reads.incrementAndGet();
        answering(ManagementAnswers::to).handle(exchange);
    }

    private static HttpHandler answering(Function<HttpExchange, String> answer) {
        return exchange -> {
            try (exchange) {
                byte[] body = answer.apply(exchange).getBytes(StandardCharsets.UTF_8);
                exchange.getRequestBody().readAllBytes();
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(body.length == 0 ? 404 : 200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
            }
        };
    }
}
