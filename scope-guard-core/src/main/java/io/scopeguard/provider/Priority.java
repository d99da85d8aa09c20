package io.scopeguard.provider;

/**
 * The order of calls when the call budget is short.
 *
 * @since 0.1
 */
public enum Priority {
    /** A request waits for the answer. */
    FOREGROUND,
    /** A request waits for an individual read ({@code maxAge = 0s}). Such calls get only a share of the budget. */
    INDIVIDUAL,
    /** No request waits: a known value is about to become stale. */
    BACKGROUND
}
