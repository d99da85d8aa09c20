package io.scopeguard.provider.http;

import io.scopeguard.provider.CallContext;
import io.scopeguard.time.SteadyClock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that is the same for every subject: read when its last value is too old, and at most once at a time. Thread-safe,
 * without locks.
 */
public final class RememberedRead<T> {

    /** Any age will do. */
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
     * The value of a read that began at this time or later.
     *
     * @param notBefore in nanoseconds of the steady clock, not in the future; or {@link #ANY_AGE}
     */
    public T get(long notBefore, CallContext context) {
        Known<T> known = last;
        while (known == null || known.start < notBefore) {
            // A read in flight may have begun too early: then another follows it.
            known = call.join(context, shared -> read(notBefore, shared));
        }
        return known.value;
    }

    private Known<T> read(long notBefore, CallContext context) {
        Known<T> known = last;
        if (known != null && known.start >= notBefore) {
            // Another read ended since the caller looked.
            return known;
        }
        long start = clock.nanos();
        Known<T> read = new Known<>(reader.apply(context), start);
        last = read;
        return read;
    }

    /** A value and when its read began. */
    private record Known<T>(T value, long start) {}
}
