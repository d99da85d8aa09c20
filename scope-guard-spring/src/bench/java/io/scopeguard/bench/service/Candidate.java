package io.scopeguard.bench.service;

import io.scopeguard.bench.service.Load.Outcome;
import java.io.IOException;
import java.time.Duration;

/** A running variant, which is under load whenever it is its turn. Not thread-safe. */
final class Candidate implements AutoCloseable {

    private final Variant variant;
    private final IdentityProvider provider;
    private final ServiceProcess service;
    private final Tokens tokens;
    private final Load load;
    private final Settings settings;
    private Result result;

    Candidate(Variant variant, Settings settings, IdentityProvider provider, String path, Tokens tokens)
            throws IOException {
        this.variant = variant;
        this.provider = provider;
        this.service = new ServiceProcess(variant, settings.jvmFlags(), provider.endpoint());
        this.tokens = tokens;
        this.load = new Load(service.port(), path, tokens, settings.connections());
        this.settings = settings;
        this.result = Result.none(variant);
    }

    void warmUp() throws IOException {
        long readsBefore = provider.reads();
        long refused = load.run(settings.warmup()).refused();
        tokens.mixInUnseen();
        if (variant.unseenPercent() > 0) {
            refused += load.run(Settings.WARMUP_WITH_UNSEEN).refused();
        }
        if (refused > 0) {
            throw new IOException(refused + " requests failed while " + variant.id() + " warmed up");
        }
        if (variant.isGuarded() && provider.reads() == readsBefore) {
            throw new IOException("the service has read no live permissions");
        }
    }

    void measure(Duration duration) throws IOException {
        provider.setDown(variant.outage());
        try {
            load.run(settings.runUp(variant));
            Usage before = service.usage();
            Outcome outcome = load.run(duration);
            result = result.plus(outcome, service.usage().since(before));
        } finally {
            provider.setDown(false);
        }
    }

    Result result() {
        return result;
    }

    @Override
    public void close() throws IOException {
        load.close();
        service.close();
    }
}
