package io.scopeguard.spring.sharing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.scopeguard.redis.SharingListener;
import io.scopeguard.spring.metrics.GuardMeter;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** The metrics of replicas that share live permissions. Thread-safe. */
public final class SharingMetrics implements SharingListener {

    /** The facts that are read with every provider. */
    private static final List<String> USUAL = List.of("membership", "members", "definitions");

    private final MeterRegistry registry;
    private final Timer lag;
    private final Counter gaps;

    /** Registers all meters but those of {@link #watch}. */
    public SharingMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.lag = GuardMeter.SHARED_LAG.timer(registry);
        this.gaps = GuardMeter.SHARED_GAPS.counter(registry);
        List.of("ok", "timeout", "error").forEach(this::commands);
        List.of("provider", "replica", "left").forEach(source -> USUAL.forEach(fact -> reads(source, fact)));
    }

    /**
     * Registers the gauges.
     *
     * @param replicas the number of replicas that share
     * @param isReachable whether the shared store answers
     */
    public void watch(IntSupplier replicas, BooleanSupplier isReachable) {
        // A gauge refers to its state weakly. The shared store refers to this listener.
        GuardMeter.SHARED_REPLICAS.gauge(registry, this, ignored -> replicas.getAsInt());
        GuardMeter.SHARED_REACHABLE.gauge(registry, this, ignored -> isReachable.getAsBoolean() ? 1 : 0);
    }

    @Override
    public void commanded(String outcome, Duration took) {
        commands(outcome).record(took);
    }

    @Override
    public void read(String source, String fact) {
        reads(source, fact).increment();
    }

    @Override
    public void changeArrived(Duration took) {
        lag.record(took);
    }

    @Override
    public void missedChanges() {
        gaps.increment();
    }

    private Timer commands(String outcome) {
        return GuardMeter.SHARED_COMMANDS.timer(registry, "outcome", outcome);
    }

    private Counter reads(String source, String fact) {
        return GuardMeter.SHARED_READS.counter(registry, "source", source, "fact", fact);
    }
}
