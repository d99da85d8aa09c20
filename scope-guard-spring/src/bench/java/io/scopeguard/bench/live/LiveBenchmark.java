package io.scopeguard.bench.live;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.scopeguard.bench.live.cases.Cases;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * Live permissions with real threads: a guard with the real provider, over loopback HTTP, and a tenant whose history is known.
 * Exits with 1 if a target is missed.
 */
public final class LiveBenchmark {

    private final Options options;
    private final TokenMint mint = new TokenMint(Cases.resources());
    private final Map<String, List<Target>> targets = new TreeMap<>();

    private LiveBenchmark(Options options) {
        this.options = options;
    }

    /** Expects options of the form {@code name=value}. */
    public static void main(String[] args) throws InterruptedException {
        // Faults are intended, and the table has to stay readable.
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.ERROR);
        try {
            boolean good = new LiveBenchmark(Options.parse(args)).run();
            System.exit(good ? 0 : 1);
        } catch (ExecutionException e) {
            // The threads of other cases would keep the process alive.
            e.printStackTrace();
            System.exit(1);
        }
    }

    private boolean run() throws InterruptedException, ExecutionException {
        List<LiveCase> picked = options.picked(Cases.all(options));
        Report.begin(options);
        ExecutorService threads = Executors.newFixedThreadPool(options.parallel());
        List<Future<?>> played = picked.stream()
                .<Future<?>>map(one -> threads.submit(() -> play(one)))
                .collect(Collectors.toList());
        for (Future<?> one : played) {
            one.get();
        }
        targets.forEach(Report::targets);
        System.out.printf("%nload average %.1f%n", Report.loadAverage());
        return targets.values().stream().flatMap(List::stream).allMatch(Target::isMet);
    }

    private Void play(LiveCase one) throws InterruptedException {
        Scene scene = new Scene(options, mint);
        one.prepare(scene);
        try (Stage stage = new Stage(scene)) {
            one.play(stage);
            end(one, stage);
        }
        return null;
    }

    private synchronized void end(LiveCase one, Stage stage) {
        Report.rows(one, stage);
        targets.put(one.title(), stage.targets());
    }
}
