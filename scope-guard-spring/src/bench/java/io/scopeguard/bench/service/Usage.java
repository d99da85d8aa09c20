package io.scopeguard.bench.service;

/**
 * The resources that a service has used since its start.
 *
 * @param cpuNanos the processor time of all threads
 * @param allocatedBytes the allocations of the live threads
 * @param residentBytes the present resident memory
 */
record Usage(long cpuNanos, long allocatedBytes, long residentBytes) {

    static Usage none() {
        return new Usage(0, 0, 0);
    }

    /** This usage combined with a later one. */
    Usage plus(Usage later) {
        return new Usage(cpuNanos + later.cpuNanos, allocatedBytes + later.allocatedBytes, later.residentBytes);
    }

    Usage since(Usage before) {
        return new Usage(cpuNanos - before.cpuNanos, allocatedBytes - before.allocatedBytes, residentBytes);
    }
}
