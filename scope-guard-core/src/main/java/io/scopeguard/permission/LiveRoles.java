package io.scopeguard.permission;

import java.util.Set;

/** The roles of one kind that a subject holds now, and the history of each, by name. */
public interface LiveRoles extends PermissionHistory {

    /** The names of the roles held, as far as they matter. Unmodifiable. */
    Set<String> names();
}
