package io.scopeguard.bench.soak;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that makes the requests of all users, and passes each response to the judge. */
final class Load implements Runnable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Pattern PROBLEM = Pattern.compile("scope-guard:([a-z-]+)");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final SplittableRandom random = new SplittableRandom();
    private final String origin;
    private final Provider provider;
    private final Population population;
    private final Judge judge;

    Load(String origin, Provider provider, Population population, Judge judge) {
        this.origin = origin;
        this.provider = provider;
        this.population = population;
        this.judge = judge;
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                send(population
                        .requests()
                        .get(random.nextInt(population.requests().size())));
                Thread.sleep(PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(Request request) throws InterruptedException {
        HttpRequest http = HttpRequest.newBuilder(URI.create(origin + request.path()))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + provider.token(request.entitlement()))
                .build();
        long start = System.nanoTime();
        try {
            HttpResponse<String> response = client.send(http, BodyHandlers.ofString());
            judge.judge(request, response.statusCode(), problem(response.body()), start, System.nanoTime());
        } catch (IOException e) {
            judge.judge(request, 0, e.toString(), start, System.nanoTime());
        }
    }

    /** The type of a problem; empty if the body is none. */
    static String problem(String body) {
        Matcher problem = PROBLEM.matcher(body);
        return problem.find() ? problem.group(1) : "";
    }
}
