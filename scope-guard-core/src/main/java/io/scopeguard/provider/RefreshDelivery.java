package io.scopeguard.provider;

/** Whether a refresh puts a scope that the subject gained into the new token. */
public enum RefreshDelivery {
    /** It does: the new token carries everything that the subject holds. */
    ALWAYS,
    /** It may: it does if the sign-in asked for the scope and, at some providers, the subject held it somewhere then. */
    IF_REQUESTED,
    /** It does not: only a new sign-in delivers a scope that the subject gained since the last one. */
    NEVER
}
