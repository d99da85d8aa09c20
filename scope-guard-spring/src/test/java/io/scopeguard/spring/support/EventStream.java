package io.scopeguard.spring.support;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Server-sent events as a client reads them. */
public final class EventStream implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int PATIENCE_MINUTES = 3;
    private static final int TICK_MILLIS = 100;

    private final HttpClient client = HttpClient.newHttpClient();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final HttpResponse<InputStream> response;

    /**
     * An event.
     *
     * @param name empty for a comment, {@code closed} after the last event
     */
    public record Event(String name, JsonNode data) {}

    private EventStream(URI address, Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address);
        headers.forEach(request::header);
        response = client.send(request.build(), BodyHandlers.ofInputStream());
        Thread reader = new Thread(this::read, "events");
        reader.setDaemon(true);
        reader.start();
    }

    public static EventStream open(RunningApi api, String path, String token) throws IOException, InterruptedException {
        return new EventStream(URI.create(api.origin() + path), Map.of("Authorization", "Bearer " + token));
    }

    public HttpResponse<InputStream> response() {
        return response;
    }

    /** The next event of this name; passes over the others. */
    public JsonNode next(String name) throws InterruptedException {
        return next(name, () -> {});
    }

    /**
     * The same, while something goes on between looks.
     *
     * @param meanwhile repeated until the event is there
     */
    public JsonNode next(String name, Runnable meanwhile) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
        while (System.nanoTime() < end) {
            Event event = events.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
            if (event == null) {
                meanwhile.run();
            } else if (event.name().equals(name)) {
                return event.data();
            } else if (event.name().equals("closed")) {
                throw new AssertionError("the stream ended without the event '" + name + "'");
            }
        }
        throw new AssertionError("no event '" + name + "'");
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String name = "message";
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                name = line.startsWith("event:") ? line.substring("event:".length()) : name;
                accept(name, line);
            }
        } catch (IOException e) {
            // Closed, on this side or the other.
        }
        events.add(new Event("closed", JSON.nullNode()));
    }

    private void accept(String name, String line) {
        if (line.startsWith("data:")) {
            events.add(new Event(name, JSON.readTree(line.substring("data:".length()))));
        } else if (line.startsWith(":")) {
            events.add(new Event("", JSON.nullNode()));
        }
    }

    /** Breaks the connection off. */
    @Override
    public void close() throws IOException {
        response.body().close();
    }
}
