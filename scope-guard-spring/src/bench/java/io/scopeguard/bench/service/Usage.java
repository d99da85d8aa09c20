package io.scopeguard.bench.service;

/**
 * What a service has used since it started.
 *
 * @param cpuNanos processor time, of all its threads
 * @param allocatedBytes by the threads that live
 * @param residentBytes now
 */
record Usage(long cpuNanos, long allocatedBytes, long residentBytes) {

    Usage since(Usage before) {
        return new Usage(cpuNanos - before.cpuNanos, allocatedBytes - before.allocatedBytes, residentBytes);
    }
}
