package io.scopeguard;

/** How far live permissions reach, for introducing them step by step. */
public enum Mode {
    /** They are read and measured; nobody is told, nobody is denied because of them. */
    OBSERVE,
    /** Clients receive hints; the token alone decides. */
    SIGNAL,
    /** Revoked permissions are denied. */
    ENFORCE
}
