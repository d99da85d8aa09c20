package io.scopeguard.permission.read;

import io.scopeguard.permission.fact.ReadTimes;
import io.scopeguard.provider.CallContext;
import io.scopeguard.time.Sequence;
import java.util.function.Function;

/** Performs reads and dates them. A read is dated by its first call, not by the wait before it. Thread-safe. */
final class DatedReads {

    private final Sequence sequence;

    DatedReads(Sequence sequence) {
        this.sequence = sequence;
    }

    /** A definite answer to one call, with its times. */
    record Timed<T>(T value, ReadTimes times) {}

    /** Performs a read, or takes the answer of another process. */
    <T> Timed<T> timed(CallContext context, Function<CallContext, T> read) {
        DatedCall call = new DatedCall(context, sequence);
        T value = read.apply(call);
        return new Timed<>(value, call.times());
    }

    /**
     * Performs the confirming read of a loss.
     *
     * @param noticed when the first read showed the loss
     */
    <T> Timed<T> again(CallContext context, long noticed, Function<CallContext, T> read) {
        return timed(new ConfirmingRead(context, noticed), read);
    }
}
