package io.scopeguard.testing;

import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Servers on real loopback sockets. */
public final class Loopback {

    /** Longer than anything takes on a busy machine. For time limits that are not the subject of a test. */
    public static final Duration PATIENCE = Duration.ofMinutes(3);

    private Loopback() {}

    /** A running server that has already answered a request. */
    public static WireMockServer start() {
        WireMockServer server =
                new WireMockServer(options().bindAddress("127.0.0.1").dynamicPort());
        server.start();
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(server.baseUrl() + "/warm-up"))
                    .timeout(PATIENCE)
                    .build();
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        server.resetRequests();
        return server;
    }
}
