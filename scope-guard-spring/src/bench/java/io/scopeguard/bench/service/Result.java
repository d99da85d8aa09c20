package io.scopeguard.bench.service;

import io.scopeguard.bench.Median;
import io.scopeguard.bench.service.Load.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The result of a variant: its requests, and the resources that they used.
 *
 * @param turns the requests per second in each turn
 */
record Result(Variant variant, Outcome outcome, Usage usage, List<Double> turns) {

    static Result none(Variant variant) {
        return new Result(variant, Outcome.none(), Usage.none(), List.of());
    }

    /** This result with another turn. */
    Result plus(Outcome more, Usage used) {
        List<Double> all = new ArrayList<>(turns);
        all.add(more.requests() * 1e9 / more.nanos());
        return new Result(variant, outcome.plus(more), usage.plus(used), List.copyOf(all));
    }

    /** The requests per second in the median turn. */
    double requestsPerSecond() {
        return Median.of(turns.stream().mapToDouble(Double::doubleValue).toArray());
    }

    double p50Micros() {
        return outcome.latencies().quantile(0.50) / 1e3;
    }

    double p99Micros() {
        return outcome.latencies().quantile(0.99) / 1e3;
    }

    /** The processor time for a thousand requests. */
    double cpuSecondsPerThousand() {
        return usage.cpuNanos() / 1e6 / outcome.requests();
    }

    double bytesPerRequest() {
        return (double) usage.allocatedBytes() / outcome.requests();
    }

    double residentMegabytes() {
        return usage.residentBytes() / 1048576.0;
    }

    /** The ratio of the requests per second of this and the other variant: the median over all rounds, in which both had a turn. */
    double speedup(Result other) {
        return Median.of(IntStream.range(0, turns.size())
                .mapToDouble(round -> turns.get(round) / other.turns.get(round))
                .toArray());
    }

    /** The number of requests that this variant serves with the processor time of one request of the other. */
    double thrift(Result other) {
        return other.cpuSecondsPerThousand() / cpuSecondsPerThousand();
    }
}
