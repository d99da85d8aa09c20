package io.scopeguard.bench;

import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A JWK Set, served over loopback HTTP until the process ends. */
public final class PublishedKeys {

    private static final String PATH = "/oidc/jwks";

    private PublishedKeys() {}

    /** Publishes the public keys of a set, and returns the address. */
    public static URI publish(JWKSet keys) {
        byte[] body = keys.toString().getBytes(StandardCharsets.UTF_8);
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext(PATH, exchange -> {
                try (exchange) {
                    exchange.getResponseHeaders().set("Content-Type", "application/jwk-set+json");
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                }
            });
            server.start();
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + PATH);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
