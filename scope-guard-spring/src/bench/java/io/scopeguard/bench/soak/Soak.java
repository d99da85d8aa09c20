package io.scopeguard.bench.soak;

import io.scopeguard.bench.soak.Disturbances.Disturbance;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A guarded application under load for some minutes, while everything changes. Fails on any wrong decision, and on any stream that
 * ends without a loss or does not end in time after one.
 */
public final class Soak {

    private static final int CLIENTS = 4;
    private static final long MIB = 1024 * 1024;

    private Soak() {}

    /**
     * Runs it.
     *
     * @param args the number of minutes
     */
    public static void main(String[] args) throws Exception {
        Duration duration = Duration.ofSeconds((long) (Double.parseDouble(args[0]) * 60));
        boolean isRight;
        try (Provider provider = new Provider()) {
            Population population = new Population(provider.tenant());
            try (ConfigurableApplicationContext context = start(provider)) {
                isRight = run(context, provider, population, duration);
            }
        }
        System.exit(isRight ? 0 : 1);
    }

    private static ConfigurableApplicationContext start(Provider provider) {
        Map<String, Object> properties = new LinkedHashMap<>();
        properties.put("server.port", "0");
        properties.put("spring.main.banner-mode", "off");
        properties.put("logging.level.root", "error");
        properties.put("scope-guard.logto.endpoint", provider.server().endpoint());
        properties.put("scope-guard.logto.app-id", "soak");
        properties.put("scope-guard.logto.app-secret", "secret");
        properties.put("scope-guard.logto.calls-per-second", "200");
        properties.put("scope-guard.logto.webhook.signing-keys", Deliveries.KEY);
        properties.put("scope-guard.resources", SoakApi.RESOURCE);
        properties.put("scope-guard.default-audience", "organization");
        properties.put("scope-guard.permissions.max-age", Judge.MAX_AGE.toSeconds() + "s");
        properties.put("scope-guard.permissions.max-stale", Judge.MAX_STALE.toSeconds() + "s");
        SpringApplication application = new SpringApplication(SoakApi.class);
        application.setDefaultProperties(properties);
        return application.run();
    }

    private static boolean run(
            ConfigurableApplicationContext context, Provider provider, Population population, Duration duration)
            throws InterruptedException {
        int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
        String origin = "http://localhost:" + port;
        Troubles troubles = new Troubles();
        Doubts doubts = new Doubts();
        Judge judge = new Judge(troubles, doubts);
        StreamJudge ends = new StreamJudge(judge);
        Streams streams = new Streams(origin, provider, population, judge, ends);
        Disturbances disturbances = new Disturbances(origin, provider, population, troubles, doubts);
        ExecutorService threads = Executors.newCachedThreadPool(Soak::daemon);
        AtomicInteger failures = new AtomicInteger();
        for (int i = 0; i < CLIENTS; i++) {
            threads.execute(counted(new Load(origin, provider, population, judge), threads, failures));
        }
        threads.execute(counted(streams, threads, failures));
        judge.awaitWarmth();
        String before = usage();
        disturbances.all().forEach(disturbance -> threads.execute(counted(quietly(disturbance), threads, failures)));
        Thread.sleep(duration.toMillis());
        String after = usage();
        streams.stop();
        threads.shutdownNow();
        boolean hasEnded = threads.awaitTermination(2, TimeUnit.MINUTES);
        report(judge, ends, disturbances, before, after);
        System.out.println("failed threads   " + failures);
        boolean isRight = judge.wrong() == 0 && judge.unpromised() == 0 && judge.checked() > 0 && ends.isRight();
        return hasEnded && failures.get() == 0 && isRight;
    }

    /** If the run fails, the process ends. */
    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    private static void report(Judge judge, StreamJudge ends, Disturbances disturbances, String before, String after) {
        System.out.println("answers          " + judge);
        System.out.println("meanwhile        " + disturbances);
        System.out.printf(
                Locale.ROOT, "wrong decisions  %d (of %,d that had to be one way)%n", judge.wrong(), judge.checked());
        System.out.println("streams          " + ends);
        System.out.println("unpromised 5xx   " + judge.unpromised());
        System.out.println("at the start     " + before);
        System.out.println("at the end       " + after);
    }

    /** The memory of the application, its provider and its clients together, which are all in this process. */
    private static String usage() {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MIB;
        return heap + " MiB of heap, " + ManagementFactory.getThreadMXBean().getThreadCount() + " threads";
    }

    /** A thread that ended early would make no more changes or requests, and the run would prove less than it reports. */
    private static Runnable counted(Runnable work, ExecutorService threads, AtomicInteger failures) {
        return () -> {
            try {
                work.run();
            } finally {
                if (!threads.isShutdown()) {
                    failures.incrementAndGet();
                }
            }
        };
    }

    private static Runnable quietly(Disturbance disturbance) {
        return () -> {
            try {
                disturbance.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }
}
