package io.scopeguard.bench.service;

import io.scopeguard.bench.Algorithm;
import io.scopeguard.bench.TokenIssuer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Measures the whole service over loopback HTTP. The variants run in turns, each in its own process. */
public final class ServiceBenchmark {

    private static final String PATH = "/organizations/" + TokenIssuer.ORGANIZATION + "/reports";

    /** More tokens than a service verifies in a second on two processors. */
    private static final int UNSEEN_PER_SECOND = 8_000;

    private final Settings settings;
    private final IdentityProvider provider;
    private final List<String> users;
    private final List<byte[]> unseen;

    private ServiceBenchmark(Settings settings, List<String> users, IdentityProvider provider) {
        this.settings = settings;
        this.provider = provider;
        this.users = users;
        this.unseen = unseen();
    }

    /** Expects {@code name=value} for the {@link Settings}. Exits with 1 if a request failed or a target is missed. */
    public static void main(String[] args) throws IOException {
        Settings settings = Settings.parse(args);
        List<String> users = IntStream.range(0, settings.users())
                .mapToObj(i -> "user" + i + "x")
                .toList();
        boolean good = true;
        for (int start = 0; start < settings.starts(); start++) {
            try (IdentityProvider provider = new IdentityProvider(users)) {
                good &= new ServiceBenchmark(settings, users, provider).run(new Report(System.out, settings.isSoon()));
            }
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run(Report report) throws IOException {
        report.begin(settings);
        List<Candidate> candidates = new ArrayList<>();
        try {
            for (Variant variant : settings.variants()) {
                Candidate candidate = new Candidate(variant, settings, provider, PATH, tokens(variant));
                candidates.add(candidate);
                candidate.warmUp();
            }
            takeTurns(candidates);
            List<Result> results = candidates.stream().map(Candidate::result).toList();
            boolean isFastEnough = report.end(results);
            return isFastEnough
                    && results.stream().allMatch(result -> result.outcome().refused() == 0);
        } finally {
            for (Candidate candidate : candidates) {
                candidate.close();
            }
        }
    }

    /** Runs in rounds, so that other load on the machine affects all variants alike. */
    private void takeTurns(List<Candidate> candidates) throws IOException {
        for (int round = 0; round < settings.rounds(); round++) {
            for (Candidate candidate : candidates) {
                candidate.measure(settings.turn());
            }
        }
    }

    private Tokens tokens(Variant variant) {
        TokenIssuer issuer = provider.issuer(variant.chain().algorithm());
        List<String> known = issuer.issue(users.size(), users, IdentityProvider.SCOPE);
        return new Tokens(Tokens.encoded(known), unseen, variant.unseenPercent());
    }

    /** No service knows any of them, because each is restarted. */
    private List<byte[]> unseen() {
        long seconds = settings.variants().stream()
                .filter(variant -> variant.unseenPercent() > 0)
                .mapToLong(variant -> settings.loadedWithUnseen(variant).toSeconds())
                .max()
                .orElse(0);
        int count = Math.toIntExact(seconds * UNSEEN_PER_SECOND);
        return Tokens.encoded(provider.issuer(Algorithm.ES384).issue(count, users, IdentityProvider.SCOPE));
    }
}
