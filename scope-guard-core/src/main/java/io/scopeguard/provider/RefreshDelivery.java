package io.scopeguard.provider;

/**
 * Whether a refresh puts a scope that the subject gained into the new token.
 *
 * @since 0.1
 */
public enum RefreshDelivery {
    /** Always: the new token carries everything that the subject holds. */
    ALWAYS,
    /** Sometimes: if the sign-in requested the scope and, at some providers, the subject held it somewhere at that time. */
    IF_REQUESTED,
    /** Never: only a new sign-in delivers a scope that the subject gained since the last one. */
    NEVER
}
