package io.scopeguard.provider.http;

import io.scopeguard.provider.CallContext;
import io.scopeguard.time.SteadyClock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value that is the same for every subject. It is read again when it is too old, by at most one read at a time. Thread-safe,
 * without locks.
 */
public final class RememberedRead<T> {

    /** Accepts a value of any age. */
    public static final long ANY_AGE = Long.MIN_VALUE;

    private final Function<CallContext, T> reader;
    private final SteadyClock clock;
    private final SharedCall<Known<T>> call = new SharedCall<>();
    private volatile @Nullable Known<T> last;

    public RememberedRead(Function<CallContext, T> reader, SteadyClock clock) {
        this.reader = reader;
        this.clock = clock;
    }

    /**
     * The value of a read that began at the given time or later.
     *
     * @param notBefore in nanoseconds of the steady clock, not in the future; or {@link #ANY_AGE}
     */
    public T get(long notBefore, CallContext context) {
        Known<T> known = last;
        while (known == null || known.start < notBefore) {
            // A read in flight may have begun too early; then another read follows.
            known = call.join(context, shared -> read(notBefore, shared));
        }
        return known.value;
    }

    private Known<T> read(long notBefore, CallContext context) {
        Known<T> known = last;
        if (known != null && known.start >= notBefore) {
            // Another read has ended since the caller checked.
            return known;
        }
        long start = clock.nanos();
        Known<T> read = new Known<>(reader.apply(context), start);
        last = read;
        return read;
    }

    /** A value and the start of its read. */
    private record Known<T>(T value, long start) {}
}
