package io.scopeguard;

import io.scopeguard.permission.PermissionKey;
import java.time.Duration;

/**
 * The facts of open watches that have a key in common stay in use, as if requests kept asking for them.
 *
 * @param watches how many watches use the key
 * @param dueAt when the key is used next, in nanoseconds of the steady clock
 */
record KeyUse(int watches, long dueAt) {

    /**
     * @param maxAge from which age on the facts are read again
     */
    record Key(PermissionKey permissions, Duration maxAge) {}

    KeyUse with(int more) {
        return new KeyUse(watches + more, dueAt);
    }

    KeyUse dueAt(long next) {
        return new KeyUse(watches, next);
    }
}
