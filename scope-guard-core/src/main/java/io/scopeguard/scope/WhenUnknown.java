package io.scopeguard.scope;

/**
 * The policy for a decision without sufficiently fresh live permissions.
 *
 * @since 0.1
 */
public enum WhenUnknown {
    /** The token's own scopes decide: available, but a revocation since its issue has no effect. */
    TRUST_TOKEN,
    /** Access is denied until the provider answers again. */
    DENY
}
