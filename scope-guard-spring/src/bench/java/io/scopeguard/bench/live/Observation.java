package io.scopeguard.bench.live;

import io.scopeguard.Denial;
import io.scopeguard.bench.live.tenant.Timeline;
import org.jspecify.annotations.Nullable;

/**
 * One decision, to be compared with the truth. Times are those of {@link World}, in nanoseconds.
 *
 * @param start when the request arrived
 * @param end when the decision was made
 * @param age of the live permissions at the end, in nanoseconds; negative if there were none
 * @param isDemoted whether the response reported the loss of the scope
 */
record Observation(Ask ask, long start, long end, @Nullable Denial denial, long age, boolean isDemoted) {

    boolean isLive() {
        return age >= 0;
    }

    long waited() {
        return end - start;
    }

    boolean isUnavailable() {
        return denial == Denial.PERMISSIONS_UNAVAILABLE;
    }

    boolean isGranted() {
        return denial == null;
    }

    /** For how long the right had been lost when it was still granted; negative if it was not lost, or not granted. */
    long lateness() {
        return isGranted() && ask.truth().isLackedThroughout(ask.scope(), start, end) ? unchanged() : -1;
    }

    /** For how long the right had been held when it was denied; negative if it was not held all the time, or not denied. */
    long refusedAfter() {
        return denial != null && !isUnavailable() && isHeld() ? unchanged() : -1;
    }

    boolean isRefusedThoughNeverLost() {
        return refusedAfter() == Long.MAX_VALUE;
    }

    /** Whether the response reported the loss of a right that was never lost. */
    boolean isDemotedThoughNeverLost() {
        return isDemoted && isHeld() && unchanged() == Long.MAX_VALUE;
    }

    private boolean isHeld() {
        return ask.truth().isHeldThroughout(ask.scope(), start, end);
    }

    private long unchanged() {
        long since = ask.truth().unchangedSince(ask.scope(), start);
        return since == Timeline.ALWAYS ? Long.MAX_VALUE : start - since;
    }
}
