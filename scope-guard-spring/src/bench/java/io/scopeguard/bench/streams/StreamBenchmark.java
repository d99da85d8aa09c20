package io.scopeguard.bench.streams;

import io.scopeguard.spring.support.RunningApi;
import io.scopeguard.spring.support.TenantServer;
import io.scopeguard.testing.MovableClock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Opens many streams, takes a role from one user in ten, and measures which streams end and when. Ages are a fifth of the defaults.
 */
public final class StreamBenchmark {

    private static final int USERS_PER_ORGANIZATION = 200;
    private static final int ONE_IN = 10;
    private static final int CLOCK_STEP_MILLIS = 20;

    /** The bound of the live benchmark for the same change, with the same ages. */
    private static final Duration BOUND = Duration.ofMillis(15_600);

    private static final Duration AFTERWARDS = Duration.ofSeconds(15);

    private final MovableClock clock = new MovableClock(Instant.now());
    private final TenantServer tenant = new TenantServer(clock);
    private final ScheduledExecutorService time = Executors.newSingleThreadScheduledExecutor();
    private final Map<Integer, Long> ended = new ConcurrentHashMap<>();
    private final CountDownLatch open = new CountDownLatch(1);
    private final int streams;

    private StreamBenchmark(int streams) {
        this.streams = streams;
    }

    /** Takes the number of streams. Exits with 1 if a stream that should end is late, or any other stream ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        boolean isMet = false;
        try {
            isMet = new StreamBenchmark(Integer.parseInt(args[0])).run();
        } finally {
            // The fake tenant's threads would keep the process alive.
            System.exit(isMet ? 0 : 1);
        }
    }

    private boolean run() throws IOException, InterruptedException {
        List<String> requests = requests();
        try (RunningApi api = RunningApi.start(tenant, clock, settings(), StreamingApi.class)) {
            letTimePass();
            long before = usedHeap();
            Process clients = start(api, requests);
            open.await();
            double perStream = (usedHeap() - before) / (double) streams;
            System.out.printf(Locale.ROOT, "%,d streams are open, %.1f KiB of heap each%n", streams, perStream / 1024);
            long taken = System.nanoTime();
            for (int i = 0; i < streams; i += ONE_IN) {
                tenant.join(organization(i), user(i), "write:report");
            }
            Thread.sleep(BOUND.plus(AFTERWARDS).toMillis());
            clients.destroy();
            return report(taken);
        } finally {
            time.shutdownNow();
        }
    }

    private static List<String> settings() {
        return List.of(
                "scope-guard.permissions.max-age",
                "6s",
                "scope-guard.permissions.max-stale",
                "60s",
                "scope-guard.streams.max-open",
                "1000000",
                "server.tomcat.max-connections",
                "1000000",
                "server.tomcat.accept-count",
                "1000");
    }

    private List<String> requests() {
        List<String> requests = new ArrayList<>();
        for (int i = 0; i < streams; i++) {
            tenant.join(organization(i), user(i), "read:report");
            requests.add("/organizations/" + organization(i) + "/events "
                    + tenant.organizationToken(organization(i), user(i), "read:report")
                            .signed());
        }
        return requests;
    }

    private static String user(int i) {
        return "user-" + i;
    }

    private static String organization(int i) {
        return "organization-" + i / USERS_PER_ORGANIZATION;
    }

    private void letTimePass() {
        long[] last = {System.nanoTime()};
        var unused = time.scheduleAtFixedRate(
                () -> {
                    long now = System.nanoTime();
                    clock.advance(Duration.ofNanos(now - last[0]));
                    last[0] = now;
                },
                0,
                CLOCK_STEP_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    private static long usedHeap() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            Thread.sleep(200);
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private Process start(RunningApi api, List<String> requests) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StreamClients.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread reader = new Thread(() -> read(process), "clients");
        reader.setDaemon(true);
        reader.start();
        try (Writer input = process.outputWriter(StandardCharsets.US_ASCII)) {
            input.write(api.port() + "\n");
            for (String request : requests) {
                input.write(request + "\n");
            }
        }
        return process;
    }

    private void read(Process process) {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.equals("open")) {
                    open.countDown();
                } else {
                    ended.put(Integer.parseInt(line.substring("ended ".length())), System.nanoTime());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean report(long taken) {
        int expected = (streams + ONE_IN - 1) / ONE_IN;
        List<Double> seconds = ended.entrySet().stream()
                .filter(each -> each.getKey() % ONE_IN == 0)
                .map(each -> (each.getValue() - taken) / 1e9)
                .sorted()
                .toList();
        long wrong = ended.keySet().stream().filter(i -> i % ONE_IN != 0).count();
        double last = seconds.isEmpty() ? Double.NaN : seconds.get(seconds.size() - 1);
        System.out.printf(
                Locale.ROOT,
                "a role was taken from %,d users: %,d of their streams ended, half of them after %.1f s, the last after"
                        + " %.1f s (%.1f s are allowed); %,d others ended%n",
                expected,
                seconds.size(),
                seconds.isEmpty() ? Double.NaN : seconds.get(seconds.size() / 2),
                last,
                BOUND.toMillis() / 1e3,
                wrong);
        return seconds.size() == expected && last <= BOUND.toMillis() / 1e3 && wrong == 0;
    }
}
