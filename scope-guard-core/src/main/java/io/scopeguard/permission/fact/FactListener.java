package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.PermissionChange;
import io.scopeguard.provider.Subject;

/**
 * Receives possible changes of permissions: facts that were read, and changes that the provider reported. Called on the reading
 * threads, so it must return at once.
 *
 * @hidden
 */
@Internal
public interface FactListener {

    /** Ignores everything. */
    FactListener NONE = new FactListener() {};

    /** A fact about one subject was read. It may be the same as before: an earlier loss may bind from this read on. */
    default void read(Subject subject) {}

    /** The scopes of roles changed, or the holders of global roles were read: this may concern every subject. */
    default void readForAll() {}

    /** The provider reported a change. The affected facts have not been read yet. */
    default void reported(PermissionChange change) {}
}
