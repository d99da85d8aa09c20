package io.scopeguard.bench.jmh;

import io.scopeguard.bench.ClassPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs the microbenchmarks, with JMH's own options. A crypto provider is used if it is on the class path, so there is one pass with
 * its own class path for each provider, and one table of all results. Exits with 1 if a decision misses a target.
 */
public final class MicroBenchmarks {

    private static final String PROVIDER = "provider";

    private MicroBenchmarks() {}

    public static void main(String[] args) throws CommandLineOptionException, RunnerException {
        CommandLineOptions options = new CommandLineOptions(args);
        if (options.shouldHelp()) {
            showHelp(options);
            return;
        }
        List<RunResult> results = new ArrayList<>();
        for (CryptoProvider provider : providers(options)) {
            ClassPath.hand(provider.libraries());
            results.addAll(run(options, provider));
        }
        System.out.println();
        ResultFormatFactory.getInstance(ResultFormatType.TEXT, System.out).writeOut(results);
        if (!HotTarget.areMet(results)) {
            System.exit(1);
        }
    }

    private static List<CryptoProvider> providers(CommandLineOptions options) {
        Collection<String> chosen = options.getParameter(PROVIDER)
                .orElse(Arrays.stream(CryptoProvider.values()).map(Enum::name).toList());
        return chosen.stream().map(CryptoProvider::valueOf).toList();
    }

    private static Collection<RunResult> run(CommandLineOptions options, CryptoProvider provider)
            throws RunnerException {
        ChainedOptionsBuilder pass = new OptionsBuilder()
                .parent(options)
                .param(PROVIDER, provider.name())
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true);
        if (provider != CryptoProvider.JDK) {
            // Hot decisions verify no signature, so one pass is enough.
            pass.exclude("\\.Hot");
        }
        try {
            return new Runner(pass.build()).run();
        } catch (NoBenchmarksException e) {
            return List.of();
        }
    }

    private static void showHelp(CommandLineOptions options) {
        try {
            options.showHelp();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
