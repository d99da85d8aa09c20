package io.scopeguard.provider;

/** Which calls go first when the call budget is short. */
public enum Priority {
    /** A request waits for the answer. */
    FOREGROUND,
    /** A request waits for an individual read ({@code maxAge = 0s}). These get only a share of the budget. */
    INDIVIDUAL,
    /** No request waits: a known value is about to become stale. */
    BACKGROUND
}
