package io.scopeguard.permission;

/** Where roles are held. */
public enum RoleKind {
    ORGANIZATION,
    GLOBAL
}
