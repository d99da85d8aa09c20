package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Priority;
import io.scopeguard.time.Sequence;

/**
 * Dates a read: it begins with the first of its calls, or with an earlier read whose answer is a part of its own, and ends with the
 * last of them. Used by one thread.
 *
 * @hidden
 */
@Internal
public final class DatedCall implements CallContext {

    private static final long NOW = Long.MIN_VALUE;

    private final CallContext context;
    private final Sequence sequence;
    private long begunAt;
    private long endedAt = NOW;
    private boolean hasBegun;

    DatedCall(CallContext context, Sequence sequence) {
        this.context = context;
        this.sequence = sequence;
        this.begunAt = sequence.next();
    }

    /** The times of the read, as a first read. Call this when the answer has arrived. */
    ReadTimes times() {
        return new ReadTimes(begunAt, endedAt == NOW ? sequence.next() : endedAt, ReadTimes.NO_LOSSES);
    }

    @Override
    public Priority priority() {
        return context.priority();
    }

    @Override
    public void begins() {
        if (!hasBegun) {
            hasBegun = true;
            begunAt = sequence.next();
        }
        endedAt = NOW;
        context.begins();
    }

    @Override
    public long notBefore() {
        return context.notBefore();
    }

    @Override
    public boolean isConfirming() {
        return context.isConfirming();
    }

    @Override
    public boolean takes(long answerBegunAt, long answerEndedAt) {
        if (!context.takes(answerBegunAt, answerEndedAt)) {
            return false;
        }
        boolean isFirst = !hasBegun;
        hasBegun = true;
        begunAt = isFirst ? answerBegunAt : Math.min(begunAt, answerBegunAt);
        // After a call, the end is that of the whole read.
        endedAt = isFirst || endedAt != NOW ? Math.max(endedAt, answerEndedAt) : NOW;
        return true;
    }
}
