package io.scopeguard.permission.flight;

import io.scopeguard.annotation.Internal;

/**
 * The key of a read. Equal keys are read by one flight.
 *
 * @hidden
 */
@Internal
public interface ReadKey {

    /** Whether requests about many subjects wait for the read. Then it must not queue behind reads for one subject. */
    boolean isShared();

    /** Whether the calls of the read count only together. Then it must not take longer than necessary once it has begun. */
    default boolean isWhole() {
        return false;
    }
}
