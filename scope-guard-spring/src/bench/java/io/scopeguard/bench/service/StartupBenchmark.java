package io.scopeguard.bench.service;

import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.Median;
import io.scopeguard.bench.TokenIssuer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.springframework.util.FileSystemUtils;

/**
 * Measures the time from the start of a service's JVM to the first granted request, with the processor time and the loaded classes
 * until then, and the latency of the first thousand requests: the smallest guarded service compared with Spring Security's own
 * resource server, in turns. Expects {@code rounds=} and exits with 1 if a target is missed.
 */
public final class StartupBenchmark {

    private static final String PATH = "/organizations/" + TokenIssuer.ORGANIZATION + "/reports";
    private static final String USER = "user";
    private static final int REQUESTS = 1_000;
    private static final List<Variant> VARIANTS = Variant.chosen("e,f");
    private static final double MOST_TIMES = 1.15;
    private static final double MOST_MILLIS_MORE = 150;

    private final IdentityProvider provider;
    private final byte[] token;

    private StartupBenchmark(IdentityProvider provider) {
        this.provider = provider;
        this.token = provider.issuer(Algorithm.ES384)
                .issue(USER, IdentityProvider.SCOPE)
                .getBytes(StandardCharsets.US_ASCII);
    }

    public static void main(String[] args) throws IOException {
        int rounds = Integer.parseInt(args[0].substring(args[0].indexOf('=') + 1));
        boolean good = true;
        try (IdentityProvider provider = new IdentityProvider(List.of(USER))) {
            StartupBenchmark benchmark = new StartupBenchmark(provider);
            System.out.printf("Java %s, %d starts of each%n", Runtime.version(), rounds);
            for (StartMode mode : StartMode.available()) {
                good &= benchmark.run(mode, rounds);
            }
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(StartMode mode, int rounds) throws IOException {
        Path directory = Files.createTempDirectory("startup");
        try {
            List<StartMode.Prepared> prepared = new ArrayList<>();
            for (Variant variant : VARIANTS) {
                prepared.add(mode.prepare(
                        variant, provider.endpoint(), Files.createDirectory(directory.resolve(variant.id()))));
            }
            List<Figures> figures = List.of(new Figures(rounds), new Figures(rounds));
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < VARIANTS.size(); i++) {
                    start(VARIANTS.get(i), prepared.get(i), round, figures.get(i));
                }
            }
            return report(mode, figures.get(0), figures.get(1));
        } finally {
            FileSystemUtils.deleteRecursively(directory);
        }
    }

    private void start(Variant variant, StartMode.Prepared prepared, int round, Figures figures) throws IOException {
        long start = System.nanoTime();
        try (ServiceProcess service =
                        new ServiceProcess(variant, prepared.jvmFlags(), prepared.classPath(), provider.endpoint());
                Connection connection = new Connection(service.port(), PATH)) {
            exchange(variant, connection);
            figures.first[round] = (System.nanoTime() - start) / 1e6;
            figures.processor[round] = service.processorTime().toMillis();
            figures.classes[round] = service.loadedClasses();
            double[] took = new double[REQUESTS];
            for (int i = 0; i < REQUESTS; i++) {
                long before = System.nanoTime();
                exchange(variant, connection);
                took[i] = (System.nanoTime() - before) / 1e6;
            }
            Arrays.sort(took);
            figures.p99[round] = took[REQUESTS * 99 / 100];
        }
    }

    private void exchange(Variant variant, Connection connection) throws IOException {
        int status = connection.exchange(token);
        if (status != 200) {
            throw new IOException(variant.id() + " has answered " + status);
        }
    }

    private static boolean report(StartMode mode, Figures stockFigures, Figures guardedFigures) {
        double stock = Median.of(stockFigures.first);
        double guarded = Median.of(guardedFigures.first);
        boolean good = guarded <= stock * MOST_TIMES && guarded - stock <= MOST_MILLIS_MORE;
        System.out.printf(
                Locale.ROOT,
                "%-10s first 200: stock %.0f ms, guarded %.0f ms (%.2f times, at most %.2f; %+.0f ms, at most %.0f)%s%n",
                mode,
                stock,
                guarded,
                guarded / stock,
                MOST_TIMES,
                guarded - stock,
                MOST_MILLIS_MORE,
                good ? "" : "  MISSED");
        print("processor time until then, ms", stockFigures.processor, guardedFigures.processor);
        print("classes loaded until then", stockFigures.classes, guardedFigures.classes);
        print("p99 of the first " + REQUESTS + ", ms", stockFigures.p99, guardedFigures.p99);
        return good;
    }

    private static void print(String title, double[] stock, double[] guarded) {
        System.out.printf(
                Locale.ROOT,
                "%-10s %s: stock %.1f, guarded %.1f (%.2f times)%n",
                "",
                title,
                Median.of(stock),
                Median.of(guarded),
                Median.of(guarded) / Median.of(stock));
    }

    /** One value for each start. */
    private static final class Figures {

        private final double[] first;
        private final double[] processor;
        private final double[] classes;
        private final double[] p99;

        Figures(int rounds) {
            first = new double[rounds];
            processor = new double[rounds];
            classes = new double[rounds];
            p99 = new double[rounds];
        }
    }
}
