package io.scopeguard.provider;

/**
 * The priority of a call. A waiting call reads the priority repeatedly, because it may rise: a request may join a read that began
 * in the background. Thread-safe.
 */
@FunctionalInterface
public interface CallContext {

    CallContext FOREGROUND = () -> Priority.FOREGROUND;
    CallContext BACKGROUND = () -> Priority.BACKGROUND;

    /** The priority at this moment. It never falls. */
    Priority priority();

    /** The call is about to be sent: its answer shows a state not older than the present. Until now it waited for the budget. */
    default void begins() {}

    /**
     * The time after which a read has to begin to be an answer, in nanoseconds of the steady clock. It may rise until a call begins
     * or an answer is taken. By default, only a read that is made now is an answer.
     */
    default long notBefore() {
        return Long.MAX_VALUE;
    }

    /** Whether the answer confirms or refutes a loss that an earlier read has shown. */
    default boolean isConfirming() {
        return false;
    }

    /**
     * Takes the answer to a read that another process made, in place of a call.
     *
     * @param begunAt when that read began at the earliest, in nanoseconds of the steady clock
     * @param endedAt when it had ended at the latest, likewise
     * @return whether the answer is new enough: {@code false} if a later read was demanded meanwhile
     */
    default boolean takes(long begunAt, long endedAt) {
        return false;
    }
}
