package io.scopeguard.scope;

/** What decides where the live permissions cannot be had fresh enough. */
public enum WhenUnknown {
    /** The token's own scopes decide: available, and right until somebody's rights shrink. */
    TRUST_TOKEN,
    /** Nobody passes until the provider answers again. */
    DENY
}
