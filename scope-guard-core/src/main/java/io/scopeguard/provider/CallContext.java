package io.scopeguard.provider;

/**
 * The priority of a call. A waiting call reads the priority repeatedly, because it may rise: a request may join a read that began
 * in the background. Thread-safe.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface CallContext {

    CallContext FOREGROUND = () -> Priority.FOREGROUND;
    CallContext BACKGROUND = () -> Priority.BACKGROUND;

    /** The present priority. It never decreases. */
    Priority priority();

    /**
     * Reports that the call is about to be sent, after its wait for the budget. The answer shows a state that is not older than
     * this moment.
     */
    default void begins() {}

    /**
     * The time after which a usable read has to begin, in nanoseconds of the steady clock. It may increase until a call begins or
     * an answer is taken. By default, only a new read is usable.
     */
    default long notBefore() {
        return Long.MAX_VALUE;
    }

    /** Whether the answer confirms or refutes a loss that an earlier read has shown. */
    default boolean isConfirming() {
        return false;
    }

    /**
     * Takes the answer to an earlier read, of this or another process, instead of a call. If the whole answer consists of several
     * parts, it is as old as the oldest of them.
     *
     * @param begunAt the earliest possible start of that read, in nanoseconds of the steady clock
     * @param endedAt the latest possible end of that read, in nanoseconds of the steady clock
     * @return whether the answer is new enough; {@code false} if a later read has been demanded meanwhile
     */
    default boolean takes(long begunAt, long endedAt) {
        return false;
    }
}
