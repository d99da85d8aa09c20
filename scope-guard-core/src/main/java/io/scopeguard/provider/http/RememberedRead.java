package io.scopeguard.provider.http;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Priority;
import io.scopeguard.time.SteadyClock;
import java.util.concurrent.atomic.AtomicBoolean;
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

    /**
     * The value of a recent read that the caller {@linkplain CallContext#takes takes} as a part of its answer, and otherwise of a
     * read that begins now. In both cases the caller's answer is dated by the start of that read.
     *
     * @param notBefore when the recent read began at the earliest, in nanoseconds of the steady clock
     */
    @SuppressWarnings("ReferenceEquality")
    public T share(long notBefore, CallContext context) {
        while (true) {
            Known<T> known = last;
            if (known != null && known.start >= notBefore && context.takes(known.start, known.end)) {
                return known.value;
            }
            AtomicBoolean isOwn = new AtomicBoolean();
            Known<T> read = call.join(context, shared -> {
                Known<T> latest = last;
                if (latest != null && latest != known) {
                    // Another read has ended since, which the caller may take.
                    return latest;
                }
                isOwn.set(true);
                return read(new OwnCall(shared, context));
            });
            if (isOwn.get()) {
                return read.value;
            }
        }
    }

    private Known<T> read(long notBefore, CallContext context) {
        Known<T> known = last;
        if (known != null && known.start >= notBefore) {
            // Another read has ended since the caller checked.
            return known;
        }
        return read(context);
    }

    private Known<T> read(CallContext context) {
        long start = clock.nanos();
        T value = reader.apply(context);
        Known<T> read = new Known<>(value, start, clock.nanos());
        last = read;
        return read;
    }

    /** A value, and the start and end of its read. */
    private record Known<T>(T value, long start, long end) {}

    /**
     * A call that all waiting callers share, made by one of them.
     *
     * @param shared has the highest priority of all
     * @param own of the caller that makes the call, whose answer is dated by it
     */
    private record OwnCall(CallContext shared, CallContext own) implements CallContext {

        @Override
        public Priority priority() {
            return shared.priority();
        }

        @Override
        public void begins() {
            own.begins();
        }
    }
}
