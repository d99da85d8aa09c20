package io.scopeguard.permission.fact;

import io.scopeguard.annotation.Internal;

/**
 * The times of a read.
 *
 * @param readAt when the call began; unique
 * @param end when the answer had arrived
 * @param noticed the time at which an earlier read showed the losses that this read confirms, or {@link #NO_LOSSES} for a first
 *     read, whose losses are not believed
 *
 * @hidden
 */
@Internal
public record ReadTimes(long readAt, long end, long noticed) {

    public static final long NO_LOSSES = Long.MAX_VALUE;

    boolean isConfirming() {
        return noticed != NO_LOSSES;
    }

    public ReadTimes confirming(long firstNoticed) {
        return new ReadTimes(readAt, end, firstNoticed);
    }
}
