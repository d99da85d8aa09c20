package io.scopeguard.bench.service;

import io.scopeguard.bench.service.Load.Outcome;

/** How a variant did: its requests, and what it used for them. */
record Result(Variant variant, Outcome outcome, Usage usage) {

    static Result none(Variant variant) {
        return new Result(variant, Outcome.none(), Usage.none());
    }

    /** This and another turn. */
    Result plus(Outcome more, Usage used) {
        return new Result(variant, outcome.plus(more), usage.plus(used));
    }

    double requestsPerSecond() {
        return outcome.requests() * 1e9 / outcome.nanos();
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

    /** How much faster this is than the other. */
    double speedup(Result other) {
        return requestsPerSecond() / other.requestsPerSecond();
    }

    /** How many requests this serves with the processor time that the other needs for one. */
    double thrift(Result other) {
        return other.cpuSecondsPerThousand() / cpuSecondsPerThousand();
    }
}
