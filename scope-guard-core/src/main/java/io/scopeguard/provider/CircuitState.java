package io.scopeguard.provider;

/** Whether calls to a provider are made, or given up at once because too many in a row have failed. */
public enum CircuitState {
    /** Calls are made. */
    CLOSED,
    /** The provider is left alone. */
    OPEN,
    /** The provider has been left alone long enough: a single call finds out whether it answers again. */
    HALF_OPEN
}
