package io.scopeguard;

/** How far live permissions reach, for introducing them step by step. */
public enum Mode {
    /** Live permissions are read and counted. They change neither responses nor decisions. */
    OBSERVE,
    /** Clients receive hints; the token alone decides. */
    SIGNAL,
    /** Revoked permissions are denied. */
    ENFORCE
}
