package io.scopeguard.bench.service;

import io.scopeguard.bench.Median;
import io.scopeguard.bench.service.Load.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How a variant did: its requests, and what it used for them.
 *
 * @param turns requests a second in each turn
 */
record Result(Variant variant, Outcome outcome, Usage usage, List<Double> turns) {

    static Result none(Variant variant) {
        return new Result(variant, Outcome.none(), Usage.none(), List.of());
    }

    /** This and another turn. */
    Result plus(Outcome more, Usage used) {
        List<Double> all = new ArrayList<>(turns);
        all.add(more.requests() * 1e9 / more.nanos());
        return new Result(variant, outcome.plus(more), usage.plus(used), List.copyOf(all));
    }

    /** Of the median turn. */
    double requestsPerSecond() {
        return Median.of(turns.stream().mapToDouble(Double::doubleValue).toArray());
    }

    double p50Micros() {
        return outcome.latencies().quantile(0.50) / 1e3;
    }

    double p99Micros() {
        return outcome.latencies().quantile(0.99) / 1e3;
    }

    /** Processor time for a thousand requests. */
    double cpuSecondsPerThousand() {
        return usage.cpuNanos() / 1e6 / outcome.requests();
    }

    double bytesPerRequest() {
        return (double) usage.allocatedBytes() / outcome.requests();
    }

    double residentMegabytes() {
        return usage.residentBytes() / 1048576.0;
    }

    /** How much faster this is than the other: the median of the rounds, in each of which both had a turn. */
    double speedup(Result other) {
        return Median.of(IntStream.range(0, turns.size())
                .mapToDouble(round -> turns.get(round) / other.turns.get(round))
                .toArray());
    }

    /** How many requests this serves with the processor time that the other needs for one. */
    double thrift(Result other) {
        return other.cpuSecondsPerThousand() / cpuSecondsPerThousand();
    }
}
