package io.scopeguard;

/**
 * The effect of live permissions, for introducing them step by step.
 *
 * @since 0.1
 */
public enum Mode {
    /** Live permissions are read and counted. They change neither responses nor decisions. */
    OBSERVE,
    /** Clients receive hints; the token alone decides. */
    SIGNAL,
    /** Revoked permissions are denied. */
    ENFORCE
}
