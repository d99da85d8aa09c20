package io.scopeguard.scope;

/** The policy for a decision without sufficiently fresh live permissions. */
public enum WhenUnknown {
    /** The token's own scopes decide: available, and right until somebody's rights shrink. */
    TRUST_TOKEN,
    /** Nobody passes until the provider answers again. */
    DENY
}
