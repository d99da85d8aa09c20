package io.scopeguard.logtobox.directory;

/** Whom a role may be given to; the names are Logto's. */
public enum RoleType {
    User,
    MachineToMachine
}
