package io.scopeguard.spring.sharing;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.scopeguard.redis.ReplicaSharing;
import io.scopeguard.redis.SharingListener;
import java.time.Duration;

/** What operators see of the replicas. */
public final class SharingMetrics implements SharingListener {

    private final MeterRegistry registry;
    private final Timer lag;

    public SharingMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.lag = Timer.builder("scopeguard.shared.lag").register(registry);
    }

    public void watch(ReplicaSharing sharing) {
        Gauge.builder("scopeguard.shared.replicas", sharing, ReplicaSharing::replicas)
                .register(registry);
        Gauge.builder("scopeguard.shared.reachable", sharing, shared -> shared.isReachable() ? 1 : 0)
                .register(registry);
    }

    @Override
    public void commanded(String outcome, Duration took) {
        registry.timer("scopeguard.shared.commands", "outcome", outcome).record(took);
    }

    @Override
    public void read(String source) {
        registry.counter("scopeguard.shared.reads", "source", source).increment();
    }

    @Override
    public void changeArrived(Duration took) {
        lag.record(took);
    }

    @Override
    public void missedChanges() {
        registry.counter("scopeguard.shared.gaps").increment();
    }
}
