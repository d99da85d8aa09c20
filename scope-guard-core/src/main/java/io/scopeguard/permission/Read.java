package io.scopeguard.permission;

import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One read of the provider, shared by all who wait for it. What changes is guarded by {@link Reads}. */
final class Read {

    /** What is oldest comes first, so that ages grow evenly and nobody starves; what is shared by all before that. */
    static final Comparator<Read> OLDEST_FIRST = Comparator.<Read, Boolean>comparing(
                    read -> read.target instanceof Holder)
            .thenComparingLong(read -> read.knownAsOf)
            .thenComparingLong(read -> read.number);

    private final Object target;
    private final long knownAsOf;
    private final long number;
    private final CompletableFuture<@Nullable Reading> result = new CompletableFuture<>();

    private Need need;
    private Urgency urgency;
    private boolean begun;
    private long start;
    private long stamp;

    /**
     * @param target what is read: a {@link Holder}, a {@link RoleKind}, or the rest of a {@link Sweep}
     * @param knownAsOf how old what is known about it is
     */
    Read(Object target, long knownAsOf, long number, Need need, Urgency urgency) {
        this.target = target;
        this.knownAsOf = knownAsOf;
        this.number = number;
        this.need = need;
        this.urgency = urgency;
    }

    Object target() {
        return target;
    }

    long knownAsOf() {
        return knownAsOf;
    }

    Need need() {
        return need;
    }

    Urgency urgency() {
        return urgency;
    }

    /** What the read brought; {@code null} where that is shared elsewhere. */
    CompletableFuture<@Nullable Reading> result() {
        return result;
    }

    boolean isBegun() {
        return begun;
    }

    void begin(long time, long number) {
        begun = true;
        start = time;
        stamp = number;
    }

    /** Whether this read serves the need too: one that has not begun takes it on. */
    boolean takes(Need other) {
        if (!begun) {
            need = need.and(other);
            return true;
        }
        return other.isMetBy(start, stamp) && (need.confirmed() || !other.confirmed());
    }

    /** Whether nobody waits for it. */
    boolean isPatient() {
        return urgency == Urgency.AHEAD;
    }

    void becomeUrgent() {
        urgency = Urgency.NOW;
    }

    /** The rest of reading an organization's members, page by page. */
    record Sweep(String organization) {}
}
