package io.scopeguard.logtobox.directory;

/** The kinds of holder of a role; the names are Logto's. */
public enum RoleType {
    User,
    MachineToMachine
}
