package io.scopeguard.logto;

import io.scopeguard.permission.Urgency;
import java.time.Clock;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that is the same for every subject, read at most once at a time and shared by all whom its age suits. Thread-safe:
 * who comes while it is read waits for that read, which is bounded in time.
 */
final class SharedRead<T> {

    private final Function<Urgency, T> reader;
    private final Clock clock;
    private @Nullable T last;
    private Instant asOf = Instant.MIN;

    SharedRead(Function<Urgency, T> reader, Clock clock) {
        this.reader = reader;
        this.clock = clock;
    }

    /** What was read by a read that began no earlier than this. */
    synchronized T get(Instant notBefore, Urgency urgency) {
        T known = last;
        if (known != null && !asOf.isBefore(notBefore)) {
            return known;
        }
        Instant start = clock.instant();
        T read = reader.apply(urgency);
        last = read;
        asOf = start;
        return read;
    }
}
