package io.scopeguard.spring.webhook;

import java.util.concurrent.Semaphore;

/** Counts the deliveries that are being received, and the bytes held for them. Thread-safe, never blocks. */
final class DeliveriesInFlight {

    private final Semaphore deliveries;
    private final Semaphore bytes;

    DeliveriesInFlight(int maxDeliveries, int maxBytes) {
        this.deliveries = new Semaphore(maxDeliveries);
        this.bytes = new Semaphore(maxBytes);
    }

    /** Admits a delivery, if there is room for another. */
    boolean enter() {
        return deliveries.tryAcquire();
    }

    /** Admits more bytes of an admitted delivery, if there is room for them. */
    boolean add(int count) {
        return bytes.tryAcquire(count);
    }

    /**
     * Releases an admitted delivery.
     *
     * @param count the number of bytes that were admitted for it
     */
    void leave(int count) {
        bytes.release(count);
        deliveries.release();
    }
}
