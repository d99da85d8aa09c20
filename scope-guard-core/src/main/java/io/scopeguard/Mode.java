package io.scopeguard;

/** How far live permissions reach, for introducing them step by step. */
public enum Mode {
    /** They are read and measured; nobody is told, nobody is denied because of them. */
    OBSERVE,
    /** Clients are told what to do; the token alone decides. */
    SIGNAL,
    /** What a subject may not do any more is denied. */
    ENFORCE
}
