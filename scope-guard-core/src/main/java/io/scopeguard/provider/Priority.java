package io.scopeguard.provider;

/** Which calls go first when the call budget is short. */
public enum Priority {
    /** A request waits for the answer. */
    FOREGROUND,
    /** A request waits for a read of its own ({@code maxAge = 0s}). Only a share of the budget is meant for these. */
    INDIVIDUAL,
    /** Nobody waits: a known value is about to become stale. */
    BACKGROUND
}
