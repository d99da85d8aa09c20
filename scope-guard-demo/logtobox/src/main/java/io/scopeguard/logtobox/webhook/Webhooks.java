package io.scopeguard.logtobox.webhook;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.User;
import io.scopeguard.logtobox.interaction.SignInListener;
import io.scopeguard.logtobox.wire.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers events to hooks in the background, each at most once and in no particular order. A failed delivery is not repeated.
 */
public final class Webhooks implements SignInListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Clock clock;
    private final Map<String, Hook> hooks = new ConcurrentHashMap<>();
    private final ExecutorService couriers = Executors.newCachedThreadPool(Webhooks::courier);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();

    public Webhooks(Clock clock) {
        this.clock = clock;
    }

    public Collection<Hook> all() {
        return hooks.values().stream()
                .sorted(java.util.Comparator.comparingLong(Hook::createdAt).reversed())
                .toList();
    }

    public Optional<Hook> find(String id) {
        return Optional.ofNullable(hooks.get(id));
    }

    public Hook save(Hook hook) {
        hooks.put(hook.id(), hook);
        return hook;
    }

    public Optional<Hook> update(String id, UnaryOperator<Hook> change) {
        return Optional.ofNullable(hooks.computeIfPresent(id, (key, hook) -> change.apply(hook)));
    }

    public boolean delete(String id) {
        return hooks.remove(id) != null;
    }

    /** The present time, in the format of events. */
    public String timestamp() {
        return MILLIS.format(Instant.ofEpochMilli(clock.millis()));
    }

    /** Sends an event to its subscribers. The given members are complete except for the hook's identifier. */
    public void fire(String event, Map<String, ?> members) {
        hooks.values().stream().filter(hook -> hook.wants(event)).forEach(hook -> {
            Map<String, Object> payload = new LinkedHashMap<>(members);
            payload.put("hookId", hook.id());
            send(hook.config(), hook.signingKey(), payload);
        });
    }

    /** Sends sample events to an address, as a test of the hook. */
    public void test(Hook hook, List<String> events, Map<String, Object> config) {
        events.forEach(event -> send(
                config,
                hook.signingKey(),
                Json.object(
                        "event",
                        event,
                        "hookId",
                        hook.id(),
                        "createdAt",
                        timestamp(),
                        "userAgent",
                        "fake-user-agent",
                        "path",
                        "/fake-path/:id",
                        "method",
                        "POST",
                        "status",
                        200,
                        "params",
                        Map.of("id", "fake-id"),
                        "data",
                        Map.of("result", "success"))));
    }

    @Override
    public void signedIn(User user, @Nullable Application application, String sessionId, @Nullable String userAgent) {
        Map<String, @Nullable Object> event = Json.object(
                "event",
                "PostSignIn",
                "interactionEvent",
                "SignIn",
                "createdAt",
                timestamp(),
                "sessionId",
                sessionId,
                "userAgent",
                userAgent,
                "userId",
                user.id(),
                "userIp",
                "127.0.0.1",
                "user",
                Json.tree(user));
        if (application != null) {
            event.put(
                    "application",
                    Json.object(
                            "id", application.id(),
                            "type", application.type().name(),
                            "name", application.name(),
                            "description", application.description()));
        }
        fire("PostSignIn", event);
    }

    private void send(Map<String, Object> config, String signingKey, Map<String, ?> payload) {
        try {
            HttpRequest request = request(config, signingKey, Json.write(payload));
            couriers.execute(() -> deliver(request));
        } catch (IllegalArgumentException e) {
            LOG.debug("A webhook cannot be sent to where it is configured to go", e);
        }
    }

    private void deliver(HttpRequest request) {
        try {
            client.send(request, BodyHandlers.discarding());
        } catch (IOException e) {
            LOG.debug("A webhook was not delivered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        couriers.shutdownNow();
    }

    private static Thread courier(Runnable work) {
        Thread thread = new Thread(work, "logto-box-webhook");
        thread.setDaemon(true);
        return thread;
    }

    private static HttpRequest request(Map<String, Object> config, String signingKey, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(String.valueOf(config.get("url"))))
                .timeout(TIMEOUT)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (config.get("headers") instanceof Map<?, ?> headers) {
            headers.forEach((name, value) -> request.setHeader(String.valueOf(name), String.valueOf(value)));
        }
        return request.setHeader("content-type", "application/json")
                .setHeader("user-agent", "Logto (https://logto.io/)")
                .setHeader("logto-signature-sha-256", sign(signingKey, body))
                .build();
    }

    /** The key is used as text, regardless of its format. */
    static String sign(String signingKey, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(signingKey.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign a delivery", e);
        }
    }
}
