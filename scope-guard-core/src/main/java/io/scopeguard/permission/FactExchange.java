package io.scopeguard.permission;

/**
 * A seam for a store that several replicas share. The default does nothing: each process reads for itself. An implementation
 * publishes facts by an order that all replicas agree on, grants a lease for each read, and reports changes that other replicas
 * saw, including that it may have missed some. Times of this process never leave it as an order: an implementation translates
 * them. Thread-safe; must not wait.
 */
public interface FactExchange {

    /** Each process for itself. */
    FactExchange NONE = new FactExchange() {};

    /**
     * Whether this process should read a fact now. If another replica holds the lease, its answer arrives soon, and a background
     * read is left to it.
     */
    default boolean mayRead(String factKey) {
        return true;
    }

    /** A fact was read and believed by this process. */
    default void published(String factKey, long readAt) {}
}
