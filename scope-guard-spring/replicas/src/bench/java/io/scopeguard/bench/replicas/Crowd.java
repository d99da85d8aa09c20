package io.scopeguard.bench.replicas;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Users who make requests at a steady rate, to each replica in turn. Their rights never change. */
final class Crowd implements AutoCloseable {

    private static final int OK = 200;
    private static final int FORBIDDEN = 403;
    private static final int SERVER_ERROR = 500;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final List<ReplicaProcess> replicas;
    private final List<User> users;
    private final Random random = new Random(1);
    private final AtomicInteger turns = new AtomicInteger();
    private final List<Long> latencies = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger wronglyGranted = new AtomicInteger();
    private final AtomicInteger wronglyRefused = new AtomicInteger();
    private final AtomicInteger errors = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    /**
     * A user.
     *
     * @param path of the request
     * @param isAllowed whether it has to be granted
     */
    record User(String path, String token, boolean isAllowed) {}

    Crowd(List<ReplicaProcess> replicas, List<User> users, int perSecond) {
        this.replicas = replicas;
        this.users = users;
        long pause = TimeUnit.SECONDS.toMicros(1) / perSecond;
        timer.scheduleAtFixedRate(this::request, 0, pause, TimeUnit.MICROSECONDS);
    }

    private void request() {
        User user = users.get(random.nextInt(users.size()));
        ReplicaProcess replica = replicas.get(Math.floorMod(turns.getAndIncrement(), replicas.size()));
        long start = System.nanoTime();
        var unused = send(replica.at(user.path), user.token).whenComplete((status, failure) -> {
            if (failure != null) {
                lost.incrementAndGet();
                return;
            }
            answered.incrementAndGet();
            latencies.add(System.nanoTime() - start);
            if (status >= SERVER_ERROR) {
                errors.incrementAndGet();
            } else if (status != (user.isAllowed ? OK : FORBIDDEN)) {
                (user.isAllowed ? wronglyRefused : wronglyGranted).incrementAndGet();
            }
        });
    }

    CompletableFuture<Integer> send(URI uri, String token) {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + token)
                .build();
        return client.sendAsync(request, BodyHandlers.discarding()).thenApply(HttpResponse::statusCode);
    }

    String get(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }

    int post(URI uri, String body, String header, String value) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header(header, value)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, BodyHandlers.discarding()).statusCode();
    }

    /** The latency of this part of the requests since the last call, in milliseconds. */
    double latency(double part) {
        List<Long> sorted;
        synchronized (latencies) {
            sorted = new ArrayList<>(latencies);
            latencies.clear();
        }
        return Figures.percentile(sorted, part) / 1e6;
    }

    /** How many requests were answered. */
    int answered() {
        return answered.get();
    }

    /** How many requests of users without the right were granted. */
    int wronglyGranted() {
        return wronglyGranted.get();
    }

    /** How many requests of users with the right were refused. */
    int wronglyRefused() {
        return wronglyRefused.get();
    }

    int errors() {
        return errors.get();
    }

    /** Requests without a response. */
    int lost() {
        return lost.get();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
