package io.scopeguard.spring.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.scopeguard.spring.stream.OpenStreams;
import io.scopeguard.spring.stream.OpenStreams.Kind;
import io.scopeguard.testing.MovableClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An API whose streams tests open, with its tenant. Live permissions are read again every two seconds of the clock. */
public final class StreamFixture implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final MovableClock clock = MovableClock.atNoon();
    private final TenantServer tenant = new TenantServer(clock);
    private @Nullable RunningApi api;

    public MovableClock clock() {
        return clock;
    }

    public TenantServer tenant() {
        return tenant;
    }

    /**
     * Starts the API.
     *
     * @param maxOpen how many streams may be open
     * @param extra pairs of name and value
     */
    public RunningApi start(int maxOpen, List<String> extra, Class<?> application) {
        List<String> properties = new ArrayList<>(extra);
        properties.addAll(List.of("scope-guard.streams.max-open", String.valueOf(maxOpen)));
        properties.addAll(List.of("scope-guard.permissions.max-age", "2s"));
        api = RunningApi.start(tenant, clock, properties, application);
        return api;
    }

    /** A request to the API with this token. */
    public HttpRequest request(String path, TestToken token) {
        return HttpRequest.newBuilder(URI.create(api().origin() + path))
                .header("Authorization", "Bearer " + token.signed())
                .build();
    }

    /** Opens a stream. */
    public Lines open(String path, TestToken token) throws IOException, InterruptedException {
        return new Lines(CLIENT.send(request(path, token), BodyHandlers.ofInputStream()));
    }

    private RunningApi api() {
        return Objects.requireNonNull(api);
    }

    public OpenStreams streams() {
        return api().bean(OpenStreams.class);
    }

    public void timePasses() {
        clock.advance(Duration.ofSeconds(1));
    }

    /** Ends all streams, and waits until none is open. */
    public void endAll() {
        streams().end(token -> true);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(List.of(Kind.values()))
                        .allMatch(kind -> streams().count(kind) == 0));
    }

    @Override
    public void close() {
        if (api != null) {
            api.close();
        }
        tenant.close();
    }
}
