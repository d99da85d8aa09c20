package io.scopeguard.provider;

/** Whether a refresh puts a scope that the subject gained into the new token. */
public enum RefreshDelivery {
    /** It does: the new token carries everything that the subject holds. */
    ALWAYS,
    /** It does if the sign-in asked for the scope. */
    IF_REQUESTED,
    /** It does not: a sign-in fixes the scopes that the subject held then, so only a new one delivers a scope gained since. */
    NEVER
}
