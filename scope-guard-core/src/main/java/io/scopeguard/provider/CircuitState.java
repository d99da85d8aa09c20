package io.scopeguard.provider;

/**
 * The state of the circuit breaker for calls to a provider.
 *
 * @since 0.1
 */
public enum CircuitState {
    /** Calls are made. */
    CLOSED,
    /** Calls are rejected at once, because too many have failed. */
    OPEN,
    /** After a pause, a single call tests whether the provider answers again. */
    HALF_OPEN
}
