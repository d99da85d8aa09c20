package io.scopeguard.provider;

/**
 * How urgently an answer is wanted. A waiting call looks at the priority again and again, because it may rise: a request may
 * come to wait for a read that began in the background. Thread-safe.
 */
@FunctionalInterface
public interface CallContext {

    CallContext FOREGROUND = () -> Priority.FOREGROUND;
    CallContext BACKGROUND = () -> Priority.BACKGROUND;

    /** The priority at this moment. It never falls. */
    Priority priority();

    /** A call is about to be made for this: what it shows is not older than the present. Before, it waited for its turn. */
    default void begins() {}
}
