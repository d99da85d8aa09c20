package io.scopeguard.role;

/**
 * The kinds of roles. Roles of different kinds are never compared, even if they have the same name.
 *
 * @since 0.1
 */
public enum RoleKind {
    /** Held outside of organizations, so the same everywhere. */
    GLOBAL,
    /** Held in one organization. */
    ORGANIZATION
}
