package io.scopeguard.bench.live;

import io.scopeguard.Decision;
import io.scopeguard.ScopeGuard;
import io.scopeguard.permission.LivePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Lets requests be decided, and keeps what came of them. Thread-safe. */
final class Recorder {

    private final World world;
    private final Clock clock;
    private final Queue<Observation> observations = new ConcurrentLinkedQueue<>();

    Recorder(World world) {
        this.world = world;
        this.clock = world.clock();
    }

    void decide(ScopeGuard guard, Ask ask) {
        long start = world.nanos();
        Decision decision = guard.authorize(ask.token(), ask.request());
        observations.add(new Observation(
                ask,
                start,
                world.nanos(),
                decision.denial(),
                age(decision),
                decision.drift().demoted().contains(ask.scope())));
    }

    /** Those of requests that arrived within the period. */
    List<Observation> between(long from, long to) {
        return observations.stream()
                .filter(seen -> seen.start() >= from && seen.start() < to)
                .toList();
    }

    private long age(Decision decision) {
        LivePermissions live = decision.live();
        // A wall clock that was set back makes dates of the future.
        return live == null
                ? -1
                : Math.max(Duration.between(live.asOf(), clock.instant()).toNanos(), 0);
    }
}
