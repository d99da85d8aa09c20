package io.scopeguard.permission;

/**
 * When something was read.
 *
 * @param readAt when the call began; unique
 * @param end when the answer was there
 * @param noticed the time at which an earlier read had shown the losses that this one confirms, or {@link #NO_LOSSES} if this is a
 *     first read, whose losses are not believed
 */
record ReadTimes(long readAt, long end, long noticed) {

    static final long NO_LOSSES = Long.MAX_VALUE;

    boolean isConfirming() {
        return noticed != NO_LOSSES;
    }

    ReadTimes confirming(long firstNoticed) {
        return new ReadTimes(readAt, end, firstNoticed);
    }
}
