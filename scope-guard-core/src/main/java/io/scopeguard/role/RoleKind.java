package io.scopeguard.role;

/** Where a role is held. Roles of different kinds are never compared, even if they have the same name. */
public enum RoleKind {
    /** Outside of organizations: the same everywhere. */
    GLOBAL,
    /** In one organization. */
    ORGANIZATION
}
