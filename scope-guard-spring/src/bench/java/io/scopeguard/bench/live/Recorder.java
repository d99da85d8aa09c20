package io.scopeguard.bench.live;

import io.scopeguard.Decision;
import io.scopeguard.permission.LivePermissions;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Makes requests and records the decisions. Thread-safe. */
final class Recorder {

    private final World world;
    private final Queue<Observation> observations = new ConcurrentLinkedQueue<>();

    Recorder(World world) {
        this.world = world;
    }

    void decide(GuardedProcess process, Ask ask) {
        long start = world.nanos();
        Decision decision = process.guard().authorize(ask.token(), ask.request());
        observations.add(new Observation(
                ask,
                start,
                world.nanos(),
                decision.denial(),
                age(process, decision),
                decision.drift().demoted().contains(ask.scope())));
    }

    /** The observations of requests that arrived within the period. */
    List<Observation> between(long from, long to) {
        return observations.stream()
                .filter(seen -> seen.start() >= from && seen.start() < to)
                .toList();
    }

    private static long age(GuardedProcess process, Decision decision) {
        LivePermissions live = decision.live();
        return live == null ? -1 : process.age(live);
    }
}
