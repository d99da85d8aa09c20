package io.scopeguard.spring.support;

import com.github.benmanes.caffeine.cache.Ticker;
import io.scopeguard.testing.MovableClock;
import io.scopeguard.time.SteadyClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** An application on a real port. */
public final class RunningApi implements AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    private final ConfigurableApplicationContext context;
    private final int port;

    private RunningApi(ConfigurableApplicationContext context) {
        this(context, ((WebServerApplicationContext) context).getWebServer().getPort());
    }

    private RunningApi(ConfigurableApplicationContext context, int port) {
        this.context = context;
        this.port = port;
    }

    /** Starts an application; properties are pairs of name and value. */
    public static RunningApi start(Map<String, Object> properties, Clock clock, Class<?>... sources) {
        Map<String, Object> all = new LinkedHashMap<>(properties);
        all.putIfAbsent("server.port", 0);
        all.putIfAbsent("spring.jmx.enabled", false);
        all.putIfAbsent("logging.level.root", "warn");
        all.putIfAbsent("logging.level.io.scopeguard", "info");
        return new RunningApi(new SpringApplicationBuilder(sources)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .initializers(new QuickStart(), application -> {
                    application.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", all));
                    GenericApplicationContext context = (GenericApplicationContext) application;
                    context.registerBean("scopeGuardClock", Clock.class, () -> clock);
                    context.registerBean("scopeGuardSteadyClock", SteadyClock.class, () -> steady(clock));
                })
                .run());
    }

    /** Starts an application by the tenant's properties and these pairs of name and value. */
    public static RunningApi start(TenantServer tenant, Clock clock, List<String> extra, Class<?>... sources) {
        Map<String, Object> properties = tenant.properties();
        for (int i = 0; i < extra.size(); i += 2) {
            properties.put(extra.get(i), extra.get(i + 1));
        }
        return start(properties, clock, sources);
    }

    private static SteadyClock steady(Clock clock) {
        return clock instanceof MovableClock movable ? movable.steady() : new SteadyClock(clock, Ticker.systemTicker());
    }

    public <T> T bean(String name, Class<T> type) {
        return context.getBean(name, type);
    }

    public <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** The same application at another of its ports. */
    public RunningApi onPort(int other) {
        return new RunningApi(context, other);
    }

    public int port() {
        return port;
    }

    public String origin() {
        return "http://localhost:" + port;
    }

    public Reply get(String path, TestToken token, String... headers) {
        return get(path, token.signed(), headers);
    }

    public Reply get(String path, String token, String... headers) {
        List<String> all = new ArrayList<>(List.of("Authorization", "Bearer " + token));
        all.addAll(Arrays.asList(headers));
        return send("GET", path, null, all.toArray(String[]::new));
    }

    /** Without a token. */
    public Reply getAsStranger(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    public Reply send(String method, String path, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(origin() + path))
                .timeout(Duration.ofMinutes(3))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
            return new Reply(origin(), response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Opens a WebSocket and closes it again; returns the status of the answer to the handshake. */
    public int handshake(String path, @Nullable String token) {
        WebSocket.Builder builder = CLIENT.newWebSocketBuilder();
        if (token != null) {
            builder.header("Authorization", "Bearer " + token);
        }
        try {
            builder.buildAsync(URI.create("ws://localhost:" + port + path), new WebSocket.Listener() {})
                    .join()
                    .abort();
            return 101;
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                return refused.getResponse().statusCode();
            }
            throw e;
        }
    }

    /** Sends these characters as unchecked bytes, and returns the whole response. */
    public String raw(String request) {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(180_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
