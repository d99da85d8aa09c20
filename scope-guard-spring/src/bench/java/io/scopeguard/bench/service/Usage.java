package io.scopeguard.bench.service;

/**
 * What a service has used since it started.
 *
 * @param cpuNanos processor time, of all its threads
 * @param allocatedBytes by the threads that live
 * @param residentBytes now
 */
record Usage(long cpuNanos, long allocatedBytes, long residentBytes) {

    static Usage none() {
        return new Usage(0, 0, 0);
    }

    /** This and what was used later. */
    Usage plus(Usage later) {
        return new Usage(cpuNanos + later.cpuNanos, allocatedBytes + later.allocatedBytes, later.residentBytes);
    }

    Usage since(Usage before) {
        return new Usage(cpuNanos - before.cpuNanos, allocatedBytes - before.allocatedBytes, residentBytes);
    }
}
