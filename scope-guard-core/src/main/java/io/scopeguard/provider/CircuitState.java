package io.scopeguard.provider;

/** Whether calls to a provider are made, or rejected at once because too many have failed. */
public enum CircuitState {
    /** Calls are made. */
    CLOSED,
    /** Calls are rejected. */
    OPEN,
    /** After a pause, a single call tests whether the provider answers again. */
    HALF_OPEN
}
