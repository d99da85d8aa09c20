package io.scopeguard.logtobox.directory;

/**
 * The kinds of role holders; the names are Logto's.
 *
 * @since 0.1
 */
public enum RoleType {
    User,
    MachineToMachine
}
