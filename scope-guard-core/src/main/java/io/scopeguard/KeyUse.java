package io.scopeguard;

import io.scopeguard.permission.PermissionKey;
import java.time.Duration;

/**
 * Keeps the facts in use that open watches with the same key depend on, as if requests kept using them.
 *
 * @param watches how many watches use the key
 * @param dueAt when the key is used next, in nanoseconds of the steady clock
 */
record KeyUse(int watches, long dueAt) {

    /**
     * @param maxAge the age from which the facts are read again
     */
    record Key(PermissionKey permissions, Duration maxAge) {}

    KeyUse with(int more) {
        return new KeyUse(watches + more, dueAt);
    }

    KeyUse dueAt(long next) {
        return new KeyUse(watches, next);
    }
}
