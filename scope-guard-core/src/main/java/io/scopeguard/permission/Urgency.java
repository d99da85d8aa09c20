package io.scopeguard.permission;

/** Who waits for a read. Where calls are short, they go to those that somebody waits for. */
public enum Urgency {
    /** A request waits. */
    NOW,
    /** Nobody waits yet: what is known is about to be too old. */
    AHEAD
}
