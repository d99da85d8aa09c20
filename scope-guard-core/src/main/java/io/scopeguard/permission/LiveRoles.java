package io.scopeguard.permission;

import io.scopeguard.annotation.Internal;
import java.util.Set;

/**
 * The roles of one kind that a subject holds now, and the history of each, by name.
 *
 * @hidden
 */
@Internal
public interface LiveRoles extends PermissionHistory {

    /** The names of the relevant roles that are held. Unmodifiable. */
    Set<String> names();
}
