package io.scopeguard.logto;

import java.time.Clock;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that is the same for every subject, read at most once at a time and shared by all whom its age suits. Thread-safe:
 * who comes while it is read waits for that read, which is bounded in time.
 */
final class SharedRead<T> {

    private final Supplier<T> reader;
    private final Clock clock;
    private @Nullable Aged<T> last;

    SharedRead(Supplier<T> reader, Clock clock) {
        this.reader = reader;
        this.clock = clock;
    }

    /** A reading that began no earlier than this. */
    synchronized Aged<T> get(Instant notBefore) {
        Aged<T> known = last;
        if (known != null && !known.asOf().isBefore(notBefore)) {
            return known;
        }
        Instant start = clock.instant();
        Aged<T> read = new Aged<>(reader.get(), start);
        last = read;
        return read;
    }

    /**
     * A reading and its age.
     *
     * @param asOf when the read began
     */
    record Aged<T>(T value, Instant asOf) {}
}
