package io.scopeguard.bench.service;

import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.Chain;
import io.scopeguard.bench.TokenIssuer;
import io.scopeguard.bench.service.Load.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Measures the whole service over loopback HTTP, one variant after the other, each in a process of its own. */
public final class ServiceBenchmark {

    private static final String PATH = "/organizations/" + TokenIssuer.ORGANIZATION + "/reports";

    /** More tokens than any service verifies in a second. */
    private static final int UNSEEN_PER_SECOND = 1_500;

    /** Until what was read before an outage is outdated. */
    private static final Duration OUTDATED = Duration.ofSeconds(4);

    private final Settings settings;
    private final IdentityProvider provider;
    private final List<String> users;
    private final List<String> unseen;

    private ServiceBenchmark(Settings settings, IdentityProvider provider) {
        this.settings = settings;
        this.provider = provider;
        this.users = IntStream.range(0, settings.users())
                .mapToObj(i -> "user" + i + "x")
                .toList();
        this.unseen = unseen();
    }

    /** Takes {@code name=value} for each of the {@link Settings}. Ends with 1 if a request failed. */
    public static void main(String[] args) throws IOException {
        Settings settings = Settings.parse(args);
        boolean good;
        try (IdentityProvider provider = new IdentityProvider()) {
            good = new ServiceBenchmark(settings, provider).run(new Report(System.out));
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(Report report) throws IOException {
        Map<String, Result> results = new LinkedHashMap<>();
        report.begin(settings);
        for (Variant variant : settings.variants()) {
            Result result = measure(variant);
            results.put(variant.id(), result);
            report.add(result);
        }
        report.compare(results);
        return results.values().stream().allMatch(result -> result.outcome().refused() == 0);
    }

    private Result measure(Variant variant) throws IOException {
        long readsBefore = provider.reads();
        try (ServiceProcess service = new ServiceProcess(variant, settings.jvmFlags(), provider.endpoint());
                Load load = new Load(service.port(), PATH, tokens(variant), settings.connections())) {
            Outcome warmup = load.run(settings.warmup());
            if (warmup.refused() > 0) {
                throw new IOException(warmup.refused() + " requests failed while " + variant.id() + " warmed up");
            }
            if (variant.chain() == Chain.SCOPE_GUARD && provider.reads() == readsBefore) {
                throw new IOException("the service has read no live permissions");
            }
            if (variant.outage()) {
                provider.setDown(true);
                load.run(OUTDATED);
            }
            Usage before = service.usage();
            Outcome outcome = load.run(settings.measured());
            return new Result(variant, outcome, service.usage().since(before));
        } finally {
            provider.setDown(false);
        }
    }

    private Tokens tokens(Variant variant) {
        TokenIssuer issuer = provider.issuer(variant.chain().algorithm());
        List<String> known = issuer.issue(users.size(), users, IdentityProvider.SCOPE);
        return new Tokens(known, variant.unseenPercent() > 0 ? unseen : List.of(), variant.unseenPercent());
    }

    /** No service has seen any of them: each starts anew. */
    private List<String> unseen() {
        if (settings.variants().stream().allMatch(variant -> variant.unseenPercent() == 0)) {
            return List.of();
        }
        int seconds =
                Math.toIntExact(settings.warmup().plus(settings.measured()).toSeconds());
        return provider.issuer(Algorithm.ES384).issue(seconds * UNSEEN_PER_SECOND, users, IdentityProvider.SCOPE);
    }
}
