package io.scopeguard.permission;

/**
 * When something was read.
 *
 * @param readAt when the call began; unique
 * @param end when the answer was there
 * @param noticed the time at which an earlier read had shown the losses that this one confirms, or {@link #NO_LOSSES} if this is a
 *     first look, whose losses are not believed
 */
record Look(long readAt, long end, long noticed) {

    static final long NO_LOSSES = Long.MAX_VALUE;

    boolean mayTakeAway() {
        return noticed != NO_LOSSES;
    }

    Look confirming(long firstNoticed) {
        return new Look(readAt, end, firstNoticed);
    }
}
